import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/json.ts'
import {
  forbidden,
  healthyCluster,
  missing,
  namespace,
  paths as common,
  type Answers,
} from '../healthy-cluster.ts'
import { explainRefusal } from '../../../src/plugin/explain/explain-refusal.ts'

const place = '/namespaces/web'
const paths = {
  pods: `GET /api/v1${place}/pods`,
  pod: `GET /api/v1${place}/pods/left`,
  events: `GET /api/v1${place}/events`,
  deployment: `GET /apis/apps/v1${place}/deployments/shop`,
  replicaSets: `GET /apis/apps/v1${place}/replicasets`,
} as const

const off = namespace({
  'r2k8s.io/webhook': 'disabled',
  'pod-security.kubernetes.io/enforce': 'restricted',
})
const podSecurity =
  'pods "shop-1-x" is forbidden: violates PodSecurity "restricted:latest": seccompProfile'

function shop(image: string): JsonObject {
  return {
    metadata: { name: 'shop', namespace: 'web', uid: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
    status: {
      conditions: [{ type: 'ReplicaFailure', status: 'True', message: podSecurity }],
    },
  }
}

const refused: Answers = {
  [paths.pods]: { body: { items: [] } },
  [paths.replicaSets]: { body: { items: [] } },
  [paths.events]: { body: { items: [] } },
  [paths.deployment]: { body: shop('repeatr:0/web') },
  [common.namespace]: off,
}

describe('where rewriting is switched off', () => {
  test('is named before what Pod Security says of the pod as it was written', async () => {
    const { call } = await healthyCluster(refused)
    const { stdout } = await call('explain', 'deploy/shop')
    expect(stdout).toContain(
      'refuses to create one: rewriting is switched off in namespace "web", by its label r2k8s.io/webhook=disabled; as it was written, the pod is refused: violates PodSecurity "restricted:latest": seccompProfile\n',
    )
    expect(stdout).toContain(
      'Next step:   switch rewriting on there\n             kubectl label namespace web r2k8s.io/webhook-\n',
    )
  })

  test('is not blamed for pods without a formula', async () => {
    const { call } = await healthyCluster({
      ...refused,
      [paths.deployment]: { body: shop('nginx') },
    })
    const { stdout } = await call('explain', 'deploy/shop')
    expect(stdout).not.toContain('switched off')
    expect(stdout).toContain('let pod and formula do with less')
  })

  test('is not guessed where the namespace may not be read', async () => {
    const { call } = await healthyCluster({
      ...refused,
      [common.namespace]: forbidden,
      [common.registration]: forbidden,
    })
    const { exit, stdout } = await call('explain', 'deploy/shop')
    expect(exit).toBe(0)
    expect(stdout).toContain('refuses to create one: violates PodSecurity')
  })

  test('is told of the whole cluster, when no webhook is registered', async () => {
    const { call } = await healthyCluster({
      ...refused,
      [common.namespace]: namespace({}),
      [common.registration]: missing,
    })
    const { stdout } = await call('explain', 'deploy/shop')
    expect(stdout).toContain('refuses to create one: no webhook is registered')
    expect(stdout).toContain('kubectl r2k8s webhook enable\n')
  })

  test('is told of a pod that got past the policy', async () => {
    const left = {
      metadata: { name: 'left', namespace: 'web', uid: 'left' },
      spec: { containers: [{ name: 'app', image: 'repeatr:0/web' }] },
      status: { phase: 'Pending' },
    }
    const { call } = await healthyCluster({ ...refused, [paths.pod]: { body: left } })
    const { stdout } = await call('explain', 'left')
    expect(stdout).toContain('it was not rewritten: rewriting is switched off in')
    expect(stdout).toContain('switch rewriting on there, then create the pod again\n')
  })

  test('is found by the label that the registration goes by', async () => {
    const { call } = await healthyCluster({
      ...refused,
      [common.namespace]: namespace({ 'control-plane': 'x' }),
    })
    const { stdout } = await call('explain', 'deploy/shop')
    expect(stdout).toContain(
      'the webhook leaves the namespace "web" alone (control-plane DoesNotExist)',
    )
  })
})

test('the newest refusal counts, not the one with which a ReplicaSet began', async () => {
  const event = {
    reason: 'FailedCreate',
    message: 'Error creating: pods "shop-1-y" is forbidden: exceeded quota: small, more',
    lastTimestamp: '2026-11-21T15:00:00Z',
  }
  const { call } = await healthyCluster({
    ...refused,
    [common.namespace]: namespace({}),
    [paths.events]: { body: { items: [event] } },
  })
  const { stdout } = await call('explain', 'deploy/shop')
  expect(stdout).toContain('exceeded quota: small')
  expect(stdout).not.toContain('PodSecurity')
})

test('a refusal that came often is read as one', () => {
  const told = `(combined from similar events): Error creating: ${podSecurity}`
  expect(explainRefusal(told, 'web').message).toMatch(/^violates PodSecurity/)
})
