import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/json.ts'
import { readRecording } from '../../run/recordings.ts'
import { healthyCluster } from '../healthy-cluster.ts'

const guid = '0bqqqqqq-e000ba81-e000ba81'

/** A Job of that run, and its pod as it was recorded of another. */
async function clusterWith(pod?: JsonObject) {
  const about = {
    ...{ guid, formula: 'web.formula', formulaId: '6q7G', dialect: 'timeless' },
    ...{ time: 1_795_282_183, onDisconnect: 'finish', timeoutSeconds: 60 },
    ...{ leaseSeconds: 120, outputs: [], fetched: [] },
  }
  const job = {
    metadata: {
      ...{ name: 'web-e000ba81', namespace: 'web' },
      annotations: { 'r2k8s.io/run-about': JSON.stringify(about) },
    },
  }
  const labelled = pod && {
    ...pod,
    metadata: { name: 'web-e000ba81-x', labels: { 'r2k8s.io/run': guid } },
  }
  const list = (...items: readonly (object | undefined)[]) => ({
    body: { metadata: {}, items: items.filter((item) => item !== undefined) },
  })
  return await healthyCluster({
    'GET /apis/batch/v1/namespaces/web/jobs': list(job),
    'GET /api/v1/namespaces/web/pods': list(labelled),
  })
}

function podWaiting(reason: string, message?: string): JsonObject {
  const state = { waiting: { reason, ...(message !== undefined && { message }) } }
  return {
    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'r2k8s-fetch', image: 'agent:1', state }],
    },
  }
}

const recordedPod = (name: string): JsonObject => readRecording(name).pod

describe('a run that waits says why, behind its phase', () => {
  test.each([
    ['for an image', recordedPod('no-image'), 'Pending:ImagePullBackOff'],
    ['for a node', recordedPod('no-node'), 'Pending:Unschedulable'],
    ['for its volumes', podWaiting('ContainerCreating'), 'Pending:ContainerCreating'],
    [
      'for a Secret',
      podWaiting('CreateContainerConfigError', 'secret "x" not found'),
      'Pending:CreateContainerConfigError',
    ],
    ['for its pod', undefined, 'Pending'],
    ['for a kubelet', { status: { phase: 'Pending' } }, 'Pending'],
    ['for nothing', recordedPod('running'), 'Running'],
  ])('%s', async (_, pod, words) => {
    const { call } = await clusterWith(pod)
    const { exit, stdout } = await call('runs')
    expect(exit).toBe(0)
    const columns = stdout.split('\n')[1]?.split(/ +/)
    expect(columns?.slice(0, 3)).toEqual(['web-e000ba81', 'web.formula', words])
  })
})

describe('for programs', () => {
  async function itemWith(pod?: JsonObject): Promise<unknown> {
    const { call } = await clusterWith(pod)
    const { stdout } = await call('runs', '-o', 'json')
    const { items } = JSON.parse(stdout) as { readonly items: readonly unknown[] }
    return items[0]
  }

  test('phase, reason and message are members of their own', async () => {
    expect(await itemWith(recordedPod('no-image'))).toMatchObject({
      ...{ phase: 'Pending', reason: 'ImagePullBackOff' },
      message: expect.stringMatching(/^failed to pull and unpack image/) as unknown,
    })
  })

  test('a reason without words has no message', async () => {
    const item = await itemWith(podWaiting('ContainerCreating'))
    expect(item).toMatchObject({ reason: 'ContainerCreating' })
    expect(item).not.toHaveProperty('message')
  })

  test('a run that goes on has neither', async () => {
    const item = await itemWith(recordedPod('running'))
    expect(item).toMatchObject({ phase: 'Running' })
    expect(item).not.toHaveProperty('reason')
  })
})
