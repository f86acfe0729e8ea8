// The streams of a container over one connection: what exec and attach have in common.

import type { Writable } from 'node:stream'
import { R2k8sError } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'
import { pathOf, type ApiClient } from './api-client.ts'
import { unreachable, type Refusal } from './api-failure.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { protocolVersions, runChannels } from './exec-channels.ts'
import { pods } from './resources.ts'
import { upgrade, type Upgraded } from './upgrade.ts'
import { openWebSocket } from './web-socket.ts'

export interface StreamsQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /**
   * Its end is the end of the program's input; that of a terminal hangs up. Read no faster than the
   * program does, and closed when it is over. Some container runtimes tell no exit code as long as a
   * program that ended has left input unread (kubectl waits as well): a signal ends that.
   */
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Not ended by this; what falls behind slows the program. What has no stream is dropped. */
  readonly stdout?: Writable
  /** With a terminal, all goes to `stdout`. */
  readonly stderr?: Writable
  readonly tty?: boolean
  /** Of the terminal. */
  readonly sizes?: WindowSizes
  readonly signal?: AbortSignal
  /** In milliseconds; 5 s unless told. */
  readonly pingEvery?: number
}

/** In characters. */
export interface WindowSize {
  readonly width: number
  readonly height: number
}

export interface WindowSizes {
  /** Tells the size at once, if it is known, and each that comes. @returns what ends that */
  readonly watch: (tell: (size: WindowSize) => void) => () => void
}

export interface StreamsRequest {
  readonly subresource: 'exec' | 'attach'
  /** Names the container, too. */
  readonly query: URLSearchParams
  /** Completes "cannot …". */
  readonly task: string
}

export type StreamsOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  /** The connection is gone, and nobody has said that it may. */
  | { readonly kind: 'broken'; readonly error: R2k8sError }
  | Refusal

/**
 * Refused also when the streams cannot be had: the API server opens the connection before it asks the
 * node. @throws R2k8sError cluster-unreachable when it was never opened, cancelled, and what `stdin` and
 * the outputs throw
 */
export async function openPodStreams(
  client: ApiClient,
  options: StreamsQuery,
  request: StreamsRequest,
): Promise<StreamsOutcome> {
  const { signal } = options
  const { task } = request
  try {
    const opened = await knock(client.connection.access, options, request)
    if (opened.kind === 'refused') return opened
    return await talk(opened, options, task)
  } catch (error) {
    if (signal?.aborted !== true) throw error
    const problem = { code: 'cancelled', task, why: 'it was cancelled' } as const
    throw new R2k8sError([problem], { cause: error })
  }
}

async function knock(
  access: ClusterAccess,
  { namespace, pod, stdin, tty = false, signal }: StreamsQuery,
  { subresource, query, task }: StreamsRequest,
): Promise<Upgraded | Refusal> {
  const { withEnd, plain } = protocolVersions
  try {
    return await upgrade(access, {
      path: `${pathOf({ resource: pods, namespace, name: pod })}/${subresource}`,
      query,
      // Without a way to end its input, a program would wait for more; a terminal has Ctrl-D.
      protocols: stdin === undefined || tty ? [withEnd, plain] : [withEnd],
      ...(signal !== undefined && { signal }),
    })
  } catch (error) {
    if (error instanceof R2k8sError) throw error // of the credentials
    const host = new URL(access.server).host
    throw unreachable(task, `${host}: ${explainSystemError(error)}`, error)
  }
}

async function talk(
  { socket: stream }: Upgraded,
  options: StreamsQuery,
  task: string,
): Promise<StreamsOutcome> {
  const { stdin, tty = false, pingEvery = 5000, signal } = options
  const { messages, ...socket } = openWebSocket(stream, {
    pingEvery,
    // A server that waits for the program to read its input reads no pings meanwhile. Keys are few.
    mostMissed: stdin === undefined || tty ? 12 : 0,
  })
  let broken: R2k8sError | undefined
  async function* untilBroken(): AsyncGenerator<Uint8Array> {
    try {
      yield* messages
      broken = unreachable(task, 'the connection ended before the program')
    } catch (error) {
      broken = unreachable(task, explainSystemError(error), error)
    }
  }
  const outcome = await runChannels({ ...socket, messages: untilBroken() }, options)
  if (outcome !== undefined) return outcome
  signal?.throwIfAborted()
  if (broken === undefined) throw new Error('a connection without a status is broken')
  return { kind: 'broken', error: broken }
}
