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
      hint: expect.stringContaining('agentImage') as unknown,
    })
    const { job, pod } = viewOf('no-image')
    const action = { kind: 'waiting', reason: 'ErrImagePull', message: refused } as const
    const during = await explain({ job, pod: pod && { ...pod, action } }, dns)
    expect(during.why?.message).toBe(refused)
  })

  test('for a node', async () => {
    expect((await explain(viewOf('no-node'))).why).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringContaining('0/1 nodes are available') as unknown,
    })
  })

  test('for a volume, which only events tell', async () => {
    const { job, pod } = viewOf('no-image')
    const fetch = { kind: 'waiting', reason: 'PodInitializing', message: '' } as const
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
