// The log of one container, whole and in order, over as many requests as it takes (run.md §5).

import type { ApiClient } from '../cluster/api-client.ts'
import type { Refusal } from '../cluster/api-failure.ts'
import { openPodLog, type PodLogQuery } from '../cluster/pod-logs.ts'
import { R2k8sError } from '../errors.ts'
import { backOff, pauseOnClock, type Pause } from '../host/pause.ts'
import { createLogLines, isoSeconds, type LineSink, type LogLines } from './log-lines.ts'

export interface FollowedLog {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface FollowOptions {
  /** Aborted when the container has ended: what it wrote is there from then on. */
  readonly ended: AbortSignal
  readonly signal: AbortSignal
  readonly pause?: Pause
  /** Unix time, in seconds: what was written before is left out. */
  readonly from?: number
  /** Longest silence, in milliseconds, that is believed: servers and rotations break streams silently. */
  readonly idle?: number
  /** The same once the container has ended. */
  readonly idleAtEnd?: number
}

const idleWhileRunning = 30_000
const idleAfterEnd = 2000

/**
 * Begins when the container has started, ends when all it wrote was read. What the network does is mended;
 * `troubled` hears of it when it lasts. @throws R2k8sError rejected-by-cluster: the log may not be read
 */
export async function followLog(
  client: ApiClient,
  log: FollowedLog,
  sink: LineSink & { readonly troubled?: (error: R2k8sError) => void },
  options: FollowOptions,
): Promise<void> {
  const { signal, ended, pause = pauseOnClock, from } = options
  const start = from === undefined ? undefined : isoSeconds(from)
  const target = { lines: createLogLines(sink), sink, start }
  const wake = AbortSignal.any([signal, ended])
  let failures = 0
  let failuresAtEnd = 0
  let fruitless = 0
  while (!signal.aborted) {
    const isLast = ended.aborted
    const read = await (isLast ? readToEnd : readAlong)(client, log, target, options)
    if (read.kind === 'gone' || (read.kind === 'over' && isLast)) break
    if (read.kind === 'silent' || read.isNew) failures = failuresAtEnd = fruitless = 0
    if (read.kind === 'failed') {
      if (++failures > worthTelling) sink.troubled?.(read.error)
      if (isLast && ++failuresAtEnd > mostAtEnd) break
    }
    // A stream that ends at once, again and again, is no reason to ask without a break.
    if (read.kind !== 'silent' && !read.isNew) {
      const wait = Math.min(backOff(Math.min(++fruitless, 6)), 5000)
      await pause(wait, isLast ? signal : wake)
    }
  }
  target.lines.end()
  await flush(sink, signal)
}

const worthTelling = 3
const mostAtEnd = 8

type Read =
  /** The stream has ended as it should. */
  | { readonly kind: 'over'; readonly isNew: boolean }
  /** It was given up. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly isNew: boolean; readonly error: R2k8sError }
  /** The pod is not there any more. */
  | { readonly kind: 'gone' }

interface Target {
  readonly lines: LogLines
  readonly sink: LineSink
  /** Where reading begins as long as no line was read; at the very first one when undefined. */
  readonly start: string | undefined
}

/** A stream that is silent for too long is given up: the next one tells whether there is more. */
async function readAlong(
  client: ApiClient,
  log: FollowedLog,
  target: Target,
  options: FollowOptions,
): Promise<Read> {
  const { signal } = options
  const dog = createWatchdog(options)
  const either = AbortSignal.any([signal, dog.bark])
  const query = { ...log, follow: true, signal: either }
  // Before the first byte of a log, some kubelets do not even answer.
  dog.watch()
  try {
    const read = await readOnce(client, query, { ...target, dog, signal })
    return dog.bark.aborted ? { kind: 'silent' } : read
  } finally {
    dog.close()
  }
}

interface Watchdog {
  readonly bark: AbortSignal
  readonly watch: () => void
  readonly rest: () => void
  readonly close: () => void
}

function createWatchdog(options: FollowOptions): Watchdog {
  const { ended, idle = idleWhileRunning, idleAtEnd = idleAfterEnd } = options
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const rest = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const watch = (): void => {
    rest()
    const limit = ended.aborted ? idleAtEnd : idle
    timer = setTimeout(() => {
      over.abort()
    }, limit)
  }
  const hurry = (): void => {
    if (timer !== undefined) watch()
  }
  ended.addEventListener('abort', hurry)
  const close = (): void => {
    rest()
    ended.removeEventListener('abort', hurry)
  }
  return { bark: over.signal, watch, rest, close }
}

/** All there is, of a container that has ended: silence is a failure here. */
function readToEnd(
  client: ApiClient,
  log: FollowedLog,
  target: Target,
  { signal, idle = idleWhileRunning }: FollowOptions,
): Promise<Read> {
  return readOnce(client, { ...log, signal, silence: idle }, { ...target, signal })
}

interface Reading extends Target {
  /** Rests while the sink has no room: who reads along may pause as long as he likes. */
  readonly dog?: Watchdog
  readonly signal: AbortSignal
}

async function readOnce(
  client: ApiClient,
  query: PodLogQuery,
  { lines, sink, start, dog, signal }: Reading,
): Promise<Read> {
  const sinceTime = lines.reopen() ?? start
  let isNew = false
  try {
    const opened = await openPodLog(client, {
      ...{ ...query, timestamps: true },
      ...(sinceTime !== undefined && { sinceTime }),
    })
    if (opened.kind === 'refused') return readRefused(opened, query.container)
    for await (const chunk of opened.chunks) {
      if (lines.add(chunk)) isNew = true
      dog?.rest()
      await flush(sink, signal)
      dog?.watch()
    }
    return { kind: 'over', isNew }
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code !== 'cluster-unreachable')
      throw error
    // To the connection, the signal is a failure, too.
    return signal.aborted ? { kind: 'over', isNew } : { kind: 'failed', isNew, error }
  }
}

function readRefused({ status, message: why }: Refusal, container: string): Read {
  if (status === 404) return { kind: 'gone' }
  const task = `read the log of ${container}`
  const error = new R2k8sError([{ code: 'rejected-by-cluster', task, why }])
  if (status === 401 || status === 403) throw error
  return { kind: 'failed', isNew: false, error }
}

/** As long as it takes; the signal ends the waiting. */
async function flush(sink: LineSink, signal: AbortSignal): Promise<void> {
  const flushed = sink.flush?.()
  if (flushed === undefined) return
  let stop = (): void => undefined
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await Promise.race([flushed, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
