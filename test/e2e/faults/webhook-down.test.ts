import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  apply,
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  push,
  tryApply,
  tryKubectl,
  until,
  waitReady,
} from '../lab.ts'
import { pod, workload } from '../objects.ts'
import { deployment, inSystem, restore, rolledOut, takeAway } from '../webhook.ts'

const forever = formulaText({ exec: ['/bin/sleep', '1000000'] })

describe('while the webhook is down', () => {
  let namespace = ''
  let image = ''
  beforeAll(async () => {
    namespace = await makeNamespace()
    image = await push(namespace, forever)
    await takeAway()
  })
  afterAll(restore)

  test('other pods are created as usual', async () => {
    await apply(namespace, pod('plain', [{ image: lab.pauseImage }]))
    await waitReady(namespace, 'plain')
  })

  test('formula pods are refused, and the message says whose webhook it is', async () => {
    const { exit, stderr } = await tryApply(namespace, pod('refused', [{ image }]))
    expect(exit).toBe(1)
    expect(stderr).toContain('failed calling webhook "pods.mutate.r2k8s.io"')
  })

  test('a Deployment waits, and heals when it is back', async () => {
    await apply(namespace, workload('Deployment', 'waiting', [{ image }]))
    await until('the failure is told', async () => {
      const path = '{.status.conditions[?(@.type=="ReplicaFailure")].message}'
      const args = ['get', 'deployment', 'waiting', '-o', `jsonpath=${path}`]
      const message = await kubectl(['-n', namespace, ...args])
      return message.includes('pods.mutate.r2k8s.io') || message
    })
    await inSystem('scale', deployment, '--replicas=2')
    await rolledOut()
    const wait = ['rollout', 'status', 'deployment/waiting', '--timeout=120s']
    const { exit, stderr } = await tryKubectl(['-n', namespace, ...wait])
    expect(exit, stderr).toBe(0)
  })
})
