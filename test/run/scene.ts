// A container that writes a log, servers that send it badly, and who follows it.

import type { ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import type { R2k8sError } from '../../src/errors.ts'
import { followLog, type FollowOptions } from '../../src/run/follow-log.ts'
import type { LineSink } from '../../src/run/log-lines.ts'
import { serveWithin, type Answer, type FaultyServer } from '../cluster/api-server.ts'
import { line, sendLog, type Entry } from './kubelet-log.ts'
import { printLines } from './printed-lines.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const web = { namespace: 'shop', pod: 'web', container: 'main' }

export interface Setting extends Partial<FollowOptions> {
  readonly sink?: Partial<LineSink>
  /** Of the connection, in milliseconds. */
  readonly timeout?: number
}

/** The container and who follows it; what a server answers may end it. */
export function createScene() {
  const ended = new AbortController()
  const over = new AbortController()
  const { sink, lines, isOpen } = printLines()
  const pauses: number[] = []
  const troubles: R2k8sError[] = []
  let server: FaultyServer | undefined

  async function follow(answers: readonly Answer[], setting: Setting = {}) {
    server = await serveWithin(setting.timeout, ...answers)
    open.push(server)
    await followLog(
      server.client,
      web,
      { ...sink, ...setting.sink, troubled: (error) => troubles.push(error) },
      {
        ended: ended.signal,
        signal: over.signal,
        pause: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
        ...setting,
      },
    )
    return lines
  }

  return {
    ...{ ended, over, lines, isOpen, pauses, troubles, follow },
    /** Queries of the requests. */
    asked: () => (server?.asked ?? []).map((url) => url.split('?container=main')[1]),
    /** The container ends when this is asked for. */
    ending:
      (answer: Answer): Answer =>
      (request, response) => {
        ended.abort()
        answer(request, response)
      },
  }
}

type Way = (response: ServerResponse, bytes: Buffer) => void

/** @param bytes to send of it; all of them without it */
export function answerBy(way: Way, entries: readonly Entry[], bytes?: number): Answer {
  return (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://fake')
    const since = searchParams.get('sinceTime') ?? undefined
    response.writeHead(200)
    response.flushHeaders()
    way(response, sendLog(entries, since).subarray(0, bytes))
  }
}

export const whole = (entries: readonly Entry[], bytes?: number) =>
  answerBy((response, sent) => response.end(sent), entries, bytes)

/** The connection breaks when these bytes were sent. */
export const cut = (entries: readonly Entry[], bytes?: number) =>
  answerBy(
    (response, sent) => {
      response.write(sent, () => response.socket?.end())
    },
    entries,
    bytes,
  )

/** Nothing comes any more, and nothing ends. */
export const silent = (entries: readonly Entry[], bytes?: number) =>
  answerBy(
    (response, sent) => {
      response.write(sent)
    },
    entries,
    bytes,
  )

export const entries = [line(1.2, 'one'), line(1.3, 'two'), line(1.4, 'three')]
/** Bytes in front of a line. */
export const timed = '2026-01-01T10:00:01.000000000Z '.length
