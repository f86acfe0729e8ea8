import { afterEach, describe, expect, test } from 'vitest'
import { jobs } from '../../src/cluster/resources.ts'
import { keepLease } from '../../src/run/lease.ts'
import { breakOff, json, serveAnswers, type Answer } from '../cluster/api-server.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const clock = { date: 'Sat, 21 Nov 2026 17:31:43 GMT' }
const started = (startTime?: string): Answer =>
  json(200, { status: { startTime } }, clock)
const twoMinutesAgo = started('2026-11-21T17:29:43Z')

/** Renews so often; gives the deadlines that the server has heard, and what went wrong. */
async function keep(
  renewals: number,
  { get = twoMinutesAgo, patch = json(200, {}), timeoutSeconds = 86_400 } = {},
) {
  const deadlines: unknown[] = []
  const pauses: number[] = []
  const troubles: string[] = []
  const over = new AbortController()
  const server = await serveAnswers((request, response) => {
    if (request.method === 'GET') {
      get(request, response)
      return
    }
    request.on('data', (body: Buffer) => {
      deadlines.push(JSON.parse(body.toString()))
      patch(request, response)
    })
  })
  open.push(server.close)
  await keepLease(
    server.client,
    { resource: jobs, namespace: 'builds', name: 'build' },
    {
      ...{ timeoutSeconds, leaseSeconds: 120, signal: over.signal },
      troubled: (error) => troubles.push(`${error.message} [${error.code}]`),
      pause: (milliseconds) => {
        if (pauses.push(milliseconds) > renewals) over.abort()
        return Promise.resolve()
      },
    },
  )
  return { deadlines, pauses, troubles }
}

const deadline = (activeDeadlineSeconds: number) => ({ spec: { activeDeadlineSeconds } })

describe('the deadline', () => {
  test('is put off again and again, by the clock of the server', async () => {
    const { deadlines, pauses, troubles } = await keep(2)
    expect(deadlines).toEqual([deadline(240), deadline(240)])
    expect(pauses).toEqual([30_000, 30_000, 30_000])
    expect(troubles).toEqual([])
  })

  test('is never put off beyond the time of the run', async () => {
    expect((await keep(1, { timeoutSeconds: 150 })).deadlines).toEqual([deadline(150)])
  })

  test('is left alone as long as the Job waits to begin', async () => {
    expect(await keep(1, { get: started() })).toMatchObject({
      deadlines: [],
      troubles: [],
    })
  })

  test('that may not be put off is told: the run will end', async () => {
    const patch = json(403, { reason: 'Forbidden', message: 'you cannot patch jobs' })
    expect((await keep(1, { patch })).troubles).toEqual([
      'cannot put off the deadline of the run: you cannot patch jobs [rejected-by-cluster]',
    ])
  })

  test('of a run that is over or gone is not worth a word', async () => {
    for (const status of [404, 422]) {
      const patch = json(status, { reason: 'x', message: 'y' })
      expect((await keep(1, { patch })).troubles).toEqual([])
    }
  })

  test('is tried again when the cluster does not answer', async () => {
    const { troubles, pauses } = await keep(2, { get: breakOff })
    expect(troubles).toHaveLength(2)
    expect(troubles[0]).toMatch(
      /^cannot put off the deadline of the run: .*\[cluster-unreachable\]$/,
    )
    expect(pauses).toHaveLength(3)
  })
})
