import { afterEach, describe, expect, test } from 'vitest'
import { readJob } from '../../src/run/job-state.ts'
import type { RunView } from '../../src/run/judge.ts'
import { explainPending } from '../../src/run/pending.ts'
import { readPod } from '../../src/run/pod-state.ts'
import { json, serveAnswers, type Answer } from '../cluster/api-server.ts'
import { readRecording } from './recordings.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const event = (
  reason: string,
  message: string,
  lastTimestamp = '2026-11-21T17:29:43Z',
) => ({
  ...{ reason, message, lastTimestamp },
})

const listOf = (...items: readonly object[]): Answer => json(200, { metadata: {}, items })

async function explain(view: RunView, answer = listOf()) {
  const server = await serveAnswers(answer)
  open.push(server.close)
  return { why: await explainPending(server.client, 'builds', view), asked: server.asked }
}

const viewOf = (name: string): RunView => {
  const { job, pod } = readRecording(name)
  return { job: readJob(job), pod: readPod(pod) }
}

const waiting = (reason: string, message = '') => ({
  ...{ kind: 'waiting' as const, reason, message, image: 'app:1' },
})

const refused =
  'failed to pull and unpack image "localhost/none:1": failed to resolve image: failed to do request: ' +
  'Head "https://localhost/v2/none/manifests/1": dial tcp [::1]:443: connect: connection refused'

describe('a run waits', () => {
  test('for an image, in the same words between the tries and during one', async () => {
    // What the kubelet tells as well, of something else.
    const dns = listOf(event('MissingClusterDNS', 'kubelet has no ClusterDNS IP'))
    const { why } = await explain(viewOf('no-image'), dns)
    expect(why).toEqual({
      reason: 'ImagePullBackOff',
      message: refused,
      hint: expect.stringContaining('"localhost/none:1"') as unknown,
    })
    const { job, pod } = viewOf('no-image')
    const action = waiting('ErrImagePull', refused)
    const during = await explain({ job, pod: pod && { ...pod, action } }, dns)
    expect(during.why?.message).toBe(refused)
  })

  test.each([
    ['action', 'base image', '--base-image', 'baseImage'],
    ['fetch', 'agent image', '--agent-image', 'agentImage'],
    ['pack', 'agent image', '--agent-image', 'agentImage'],
  ] as const)(
    'for the image of its container %s, the %s, and hears what names another',
    async (which, ...words) => {
      const { job, pod } = viewOf('no-image')
      const usual = waiting('PodInitializing')
      const others = { fetch: usual, pack: usual, action: usual }
      const stuck = { ...others, [which]: waiting('ErrImageNeverPull', 'not present') }
      const { why } = await explain({ job, pod: pod && { ...pod, ...stuck } })
      for (const word of [...words, '"app:1"']) expect(why?.hint).toContain(word)
      expect(why?.hint).not.toContain(which === 'action' ? 'agent' : 'base')
    },
  )

  test('for an image of which only an event tells, which names the container', async () => {
    const { job, pod } = viewOf('no-image')
    const [usual, action] = [waiting('PodInitializing'), waiting('PodInitializing')]
    const { why } = await explain(
      { job, pod: pod && { ...pod, fetch: usual, pack: usual, action } },
      listOf({
        ...event('Failed', 'Failed to pull image "app:1": not found'),
        involvedObject: { fieldPath: 'spec.containers{action}' },
      }),
    )
    expect(why?.hint).toContain('--base-image')
    // As the status will say it a moment later: who waits is told once.
    expect(why?.message).toBe('not found')
  })

  test('for whoever holds it back from all nodes', async () => {
    const { job, pod } = viewOf('no-node')
    const unscheduled = { reason: 'SchedulingGated', why: 'blocked', at: undefined }
    const { why } = await explain({ job, pod: pod && { ...pod, unscheduled } })
    expect(why).toEqual({ reason: 'SchedulingGated', message: 'blocked' })
  })

  test('for a node', async () => {
    expect((await explain(viewOf('no-node'))).why).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringContaining('0/1 nodes are available') as unknown,
    })
  })

  test('for a volume, which only events tell', async () => {
    const { job, pod } = viewOf('no-image')
    const fetch = waiting('PodInitializing')
    const { why, asked } = await explain(
      { job, pod: pod && { ...pod, fetch, pack: fetch, action: fetch } },
      listOf(
        event('FailedMount', 'secret "b" not found ', '2026-11-21T17:29:45Z'),
        event('FailedMount', 'secret "a" not found', '2026-11-21T17:29:44Z'),
      ),
    )
    expect(why).toMatchObject({ reason: 'FailedMount', message: 'secret "b" not found' })
    expect(decodeURIComponent(asked[0] ?? '')).toContain(
      `involvedObject.uid=${pod?.uid ?? ''}`,
    )
  })

  test('for its pod, which the cluster does not let in', async () => {
    const { job } = viewOf('running')
    const { why } = await explain(
      { job, pod: undefined },
      listOf(event('FailedCreate', 'pods "x" is forbidden: exceeded quota: q')),
    )
    expect(why).toMatchObject({
      reason: 'FailedCreate',
      hint: expect.stringContaining('quota') as unknown,
    })
  })

  test('for reasons that not everybody may see', async () => {
    const { job } = viewOf('running')
    const { why } = await explain(
      { job, pod: undefined },
      json(403, { reason: 'Forbidden' }),
    )
    expect(why).toBeUndefined()
  })
})

test('a run that goes on waits for nothing', async () => {
  expect((await explain(viewOf('running'))).why).toBeUndefined()
})
