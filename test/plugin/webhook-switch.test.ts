import { describe, expect, test } from 'vitest'
import {
  admitting,
  deployment,
  forbidden,
  healthyCluster,
  missing,
  namespace,
  paths,
  refusal,
  registration,
  type FakeRequest,
} from './healthy-cluster.ts'

const place = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/r2k8s'
const name = 'mutatingwebhookconfiguration.admissionregistration.k8s.io/r2k8s'

describe('disable', () => {
  test('deletes the registration and says what follows', async () => {
    const { call, asked } = await healthyCluster({ [`DELETE ${place}`]: { body: {} } })
    const { exit, stdout, stderr } = await call('webhook', 'disable')
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      `${name} deleted`,
      'new pods that name a formula are refused now; controllers try again until they are taken',
      'pods that run, and all pods without formulas, are untouched',
      'back again with: kubectl r2k8s webhook enable',
      '',
    ])
    expect(asked).toContain(`DELETE ${place}`)
  })

  test('changes nothing the second time', async () => {
    const { call } = await healthyCluster({ [`DELETE ${place}`]: missing })
    const { exit, stderr } = await call('webhook', 'disable')
    expect(exit).toBe(0)
    expect(stderr).toContain(`${name} unchanged: it is not there\n`)
  })

  test('says when nothing refuses formula pods', async () => {
    const { call } = await healthyCluster({
      [`DELETE ${place}`]: { body: {} },
      [paths.policy]: missing,
    })
    const { stderr } = await call('webhook', 'disable')
    expect(stderr).toContain('never start now: no policy r2k8s-second-look refuses them')
  })

  test('is up to who may do it', async () => {
    const { call } = await healthyCluster({ [`DELETE ${place}`]: forbidden })
    const { exit, stderr } = await call('webhook', 'disable')
    expect(exit).toBe(64)
    expect(stderr).toContain('cannot take the webhook out of the way: User "ann"')
  })
})

const present = { ...(await registration()), kind: 'MutatingWebhookConfiguration' }

describe('enable', () => {
  const versioned = (resourceVersion: string) => ({
    body: { ...present, metadata: { name: 'r2k8s', resourceVersion } },
  })

  /** Keeps what is applied. */
  function applying(applied: FakeRequest[]) {
    return (request: FakeRequest) => {
      applied.push(request)
      return versioned('2')
    }
  }

  test('applies the registration and waits until the webhook answers', async () => {
    const applied: FakeRequest[] = []
    let looks = 0
    const { call } = await healthyCluster({
      [`PATCH ${place}`]: applying(applied),
      [paths.registration]: () => (looks++ === 0 ? missing : versioned('2')),
    })
    const { exit, stderr } = await call('webhook', 'enable')
    expect(exit).toBe(0)
    expect(stderr.split('\n')).toEqual([
      `${name} created`,
      'waiting until the webhook answers',
      'the webhook answers: formula pods are rewritten',
      '',
    ])
    expect(applied).toHaveLength(1)
    expect(applied[0]?.query.get('fieldManager')).toBe('r2k8s-install')
    expect(JSON.parse(applied[0]?.body ?? '')).toMatchObject({
      metadata: { name: 'r2k8s' },
      webhooks: [{ name: 'pods.mutate.r2k8s.io', failurePolicy: 'Fail' }],
    })
    expect(applied[0]?.body).not.toContain('inject-ca-from')
  })

  test('leaves the authority to cert-manager where that keeps the certificate', async () => {
    const applied: FakeRequest[] = []
    const { call } = await healthyCluster({
      [`PATCH ${place}`]: applying(applied),
      [paths.registration]: versioned('2'),
      [paths.deployment]: {
        body: deployment({ args: ['--tls-cert-file=/tls/tls.crt'] }),
      },
    })
    const { exit, stderr } = await call('webhook', 'enable')
    expect(exit).toBe(0)
    expect(stderr).toContain(`${name} unchanged\n`)
    expect(applied[0]?.body).toContain(
      '"cert-manager.io/inject-ca-from":"r2k8s-system/r2k8s"',
    )
  })

  test('gives up in the words of what stands in the way', async () => {
    const { call } = await healthyCluster({
      [`PATCH ${place}`]: versioned('2'),
      [paths.registration]: { body: await registration({ caBundle: '' }) },
    })
    const { exit, stderr } = await call('webhook', 'enable', '--timeout', '0')
    expect(exit).toBe(64)
    expect(stderr).toContain(
      'cannot put the webhook back: the registration has no CA bundle',
    )
  })

  test('gives up when the API server does not reach the webhook', async () => {
    const message =
      'Internal error occurred: failed calling webhook "pods.mutate.r2k8s.io": failed to call webhook: Post "https://r2k8s.r2k8s-system.svc:443/mutate?timeout=5s": no endpoints available for service "r2k8s"'
    const { call } = await healthyCluster({
      [`PATCH ${place}`]: versioned('2'),
      [paths.registration]: versioned('2'),
      [paths.trial]: refusal(500, 'InternalError', message),
    })
    const { exit, stderr } = await call('webhook', 'enable', '--timeout', '0')
    expect(exit).toBe(64)
    expect(stderr).toContain('no pod of the webhook is ready')
  })

  test('tries another namespace where this one is switched off', async () => {
    const { call, asked } = await healthyCluster({
      [`PATCH ${place}`]: versioned('2'),
      [paths.registration]: versioned('2'),
      [paths.namespace]: namespace({ 'r2k8s.io/webhook': 'disabled' }),
      'GET /api/v1/namespaces/default': namespace({}),
      'POST /api/v1/namespaces/default/pods': admitting(() => missing),
    })
    const { exit } = await call('webhook', 'enable')
    expect(exit).toBe(0)
    expect(asked.filter((each) => each.startsWith('POST'))).toEqual([
      'POST /api/v1/namespaces/default/pods?dryRun=All&fieldValidation=Strict',
    ])
  })

  test('says when it may not try', async () => {
    const { call } = await healthyCluster({
      [`PATCH ${place}`]: versioned('2'),
      [paths.registration]: versioned('2'),
      [paths.trial]: forbidden,
      [paths.mayI]: { status: 201, body: { status: { allowed: false } } },
    })
    const { exit, stderr } = await call('webhook', 'enable')
    expect(exit).toBe(0)
    expect(stderr).toContain('warning: not tried: User "ann" cannot do that')
  })

  test('is nothing without the webhook', async () => {
    const { call, asked } = await healthyCluster({ [paths.deployment]: missing })
    const { exit, stderr } = await call('webhook', 'enable')
    expect(exit).toBe(64)
    expect(stderr).toContain('the webhook is not installed in this cluster')
    expect(asked.filter((each) => !each.startsWith('GET'))).toEqual([])
  })
})
