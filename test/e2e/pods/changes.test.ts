import { describe, expect, test } from 'vitest'
import {
  apply,
  formulaText,
  kubectl,
  makeNamespace,
  push,
  tryKubectl,
  until,
  waitReady,
} from '../lab.ts'
import { pod, workload } from '../objects.ts'

const saying = (word: string) =>
  formulaText({ exec: ['/bin/sh', '-c', `echo ${word}; exec sleep 1000000`] })

const rolledOut = (namespace: string) => [
  ...['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=120s'],
]

async function said(namespace: string, word: string): Promise<void> {
  await until(`every pod says ${word}`, async () => {
    const args = ['-n', namespace, 'logs', '-l', 'app=web', '-c', 'app', '--tail=1']
    const { stdout, stderr } = await tryKubectl(args)
    return stdout === `${word}\n` || `${stdout}${stderr}`
  })
}

describe.concurrent('a change', () => {
  test('of the formula is a new image, and rolls the workload out', async () => {
    const namespace = await makeNamespace()
    const before = await push(namespace, saying('before'))
    await apply(namespace, workload('Deployment', 'web', [{ image: before }]))
    await kubectl(rolledOut(namespace))
    await said(namespace, 'before')
    const after = await push(namespace, saying('after'))
    expect(after).not.toBe(before)
    await apply(namespace, workload('Deployment', 'web', [{ image: after }]))
    await kubectl(rolledOut(namespace))
    await said(namespace, 'after')
  })

  test('by "kubectl set image" of a Deployment works like any other', async () => {
    const namespace = await makeNamespace()
    const before = await push(namespace, saying('before'))
    const after = await push(namespace, saying('after'))
    await apply(namespace, workload('Deployment', 'web', [{ image: before }]))
    await kubectl(rolledOut(namespace))
    await kubectl(['-n', namespace, 'set', 'image', 'deployment/web', `app=${after}`])
    await kubectl(rolledOut(namespace))
    await said(namespace, 'after')
  })

  test('of a running pod is refused, with what to do instead', async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, saying('hello'))
    await apply(namespace, pod('web', [{ image }]))
    await waitReady(namespace, 'web')
    const args = ['-n', namespace, 'set', 'image', 'pod/web', `app=${image}`]
    const { exit, stderr } = await tryKubectl(args)
    expect(exit).toBe(1)
    expect(stderr).toContain('the image of a running pod cannot become a formula')
  })

  test('to an ephemeral container with a formula is refused, with the reason', async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, saying('hello'))
    await apply(namespace, pod('web', [{ image }]))
    await waitReady(namespace, 'web')
    const args = ['-n', namespace, 'debug', 'web', `--image=${image}`]
    const { exit, stderr } = await tryKubectl(args)
    expect(exit).toBe(1)
    expect(stderr).toContain('an ephemeral container cannot run a formula')
  })

  test('of a Formula is refused: it never changes', async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, saying('hello'))
    const name = image.replace('repeatr:0/', '')
    const patch = JSON.stringify({ spec: { id: 'another' } })
    const args = ['patch', 'formula', name, '--type=merge', '-p', patch]
    const { exit, stderr } = await tryKubectl(['-n', namespace, ...args])
    expect(exit).toBe(1)
    expect(stderr).toContain('a Formula never changes')
  })
})
