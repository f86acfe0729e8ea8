import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { R2k8sError } from '../../src/errors.ts'
import type { JsonObject } from '../../src/json.ts'
import { judgeRun } from '../../src/run/judge.ts'
import { watchRun } from '../../src/run/watch-run.ts'
import { json, serveAnswers } from '../cluster/api-server.ts'
import { readRecording } from './recordings.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

type Kind = 'jobs' | 'pods'

/** A run as a server has it, to be changed under whoever watches. */
async function follow(job: JsonObject | undefined, pod: JsonObject | undefined) {
  const kept = { jobs: job, pods: pod }
  const streams: Record<Kind, ServerResponse | undefined> = {
    jobs: undefined,
    pods: undefined,
  }
  const server = await serveAnswers((request, response) => {
    const url = request.url ?? ''
    const kind = url.includes('/pods') ? 'pods' : 'jobs'
    if (url.includes('watch=true')) {
      response.writeHead(200)
      response.flushHeaders()
      streams[kind] = response
      return
    }
    const items = kept[kind] === undefined ? [] : [kept[kind]]
    json(200, { metadata: { resourceVersion: '1' }, items })(request, response)
  })
  open.push(server.close)
  const watch = watchRun(server.client, { namespace: 'builds', guid: 'g' })
  open.push(watch.close)
  const over = new AbortController()
  open.push(async () => {
    over.abort()
    await judged.catch(() => undefined)
  })
  const judged = watch.until(judgeRun, over.signal)
  await expect
    .poll(() => streams.jobs !== undefined && streams.pods !== undefined)
    .toBe(true)
  return {
    watch,
    judged,
    tell: (kind: Kind, type: 'MODIFIED' | 'DELETED', object: JsonObject) =>
      streams[kind]?.write(`${JSON.stringify({ type, object })}\n`),
    /** The stream breaks, and the list is another one. */
    relist: (kind: Kind, object: JsonObject | undefined) => {
      kept[kind] = object
      streams[kind]?.end(
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410 } })}\n`,
      )
    },
  }
}

const running = readRecording('running')
const completed = {
  ...readRecording('completed').pod,
  metadata: running.pod['metadata'] ?? null,
}

describe('a run that is watched', () => {
  test('ends when its pod says so', async () => {
    const { judged, tell } = await follow(running.job, running.pod)
    tell('pods', 'MODIFIED', completed)
    expect(await judged).toMatchObject({ kind: 'action-ended', exitCode: 0 })
  })

  test('ends when its pod vanishes while its programs run', async () => {
    const { judged, tell, watch } = await follow(running.job, running.pod)
    tell('pods', 'DELETED', running.pod)
    expect(await judged).toMatchObject({ problem: { why: 'its pod is gone' } })
    expect(watch.view().pod).toMatchObject({ isGone: true, phase: 'Running' })
  })

  test('ends when its pod vanishes while nobody looks', async () => {
    const { judged, relist } = await follow(running.job, running.pod)
    relist('pods', undefined)
    expect(await judged).toMatchObject({ problem: { why: 'its pod is gone' } })
  })

  test('has ended as its pod said last, also when that is gone', async () => {
    const { judged, tell } = await follow(running.job, running.pod)
    tell('pods', 'DELETED', completed)
    expect(await judged).toMatchObject({ kind: 'action-ended', exitCode: 0 })
  })

  test('goes on without its Job as long as its pod is there', async () => {
    const { judged, tell, watch } = await follow(running.job, running.pod)
    tell('jobs', 'DELETED', running.job)
    await expect.poll(() => watch.view().job).toBeUndefined()
    expect(judgeRun(watch.view())).toBeUndefined()
    tell('pods', 'MODIFIED', completed)
    expect(await judged).toMatchObject({ exitCode: 0 })
  })

  test('whose Job is deleted before there is a pod is over', async () => {
    const { judged, tell } = await follow(running.job, undefined)
    tell('jobs', 'DELETED', running.job)
    expect(await judged).toMatchObject({ problem: { why: 'its Job was deleted' } })
  })
})

test('a run that may not be watched is given up with the words of the cluster', async () => {
  const server = await serveAnswers((request, response) => {
    const isPods = (request.url ?? '').includes('/pods')
    if (isPods) {
      const message = 'pods is forbidden: User "eve" cannot list resource "pods"'
      json(403, { kind: 'Status', reason: 'Forbidden', message })(request, response)
    } else json(200, { metadata: { resourceVersion: '1' }, items: [] })(request, response)
  })
  open.push(server.close)
  const watch = watchRun(server.client, { namespace: 'builds', guid: 'g' })
  open.push(watch.close)
  const failure: unknown = await watch
    .until(judgeRun, new AbortController().signal)
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'rejected-by-cluster',
    message: expect.stringContaining('cannot list resource "pods"') as string,
  })
  expect(String((failure as R2k8sError).problems[0].hints)).toContain('goes on')
})
