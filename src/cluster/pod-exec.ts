// A program run in a container that is running already, with its streams and its exit code.

import { pods } from './resources.ts'
import type { Writable } from 'node:stream'
import { R2k8sError } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'
import { pathOf, type ApiClient } from './api-client.ts'
import { unreachable, type Refusal } from './api-failure.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { protocolVersions, runChannels } from './exec-channels.ts'
import { upgrade, type Upgraded } from './upgrade.ts'
import { openWebSocket } from './web-socket.ts'

export interface ExecQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly command: readonly [string, ...string[]]
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
  readonly signal?: AbortSignal
  /** In milliseconds; 5 s unless told. */
  readonly pingEvery?: number
}

export type ExecOutcome = { readonly kind: 'exited'; readonly code: number } | Refusal

/**
 * Refused also when the program cannot be started. A program goes on when the signal comes: nothing
 * in the API ends it. @throws R2k8sError cluster-unreachable, cancelled, and what `stdin` and the
 * outputs throw
 */
export async function execInPod(
  client: ApiClient,
  options: ExecQuery,
): Promise<ExecOutcome> {
  const { namespace, pod, command, signal } = options
  const task = `run "${command[0]}" in pod "${namespace}/${pod}"`
  try {
    const opened = await knock(client.connection.access, options, task)
    if (opened.kind === 'refused') return opened
    const { messages, ...socket } = openWebSocket(opened.socket, {
      pingEvery: options.pingEvery ?? 5000,
      // A server that waits for the program to read its input reads no pings meanwhile.
      mostMissed: options.stdin === undefined ? 12 : 0,
    })
    const channels = { ...socket, messages: explain(messages, task) }
    const outcome = await runChannels(channels, options)
    if (outcome !== undefined) return outcome
    throw unreachable(task, 'the connection ended before the program')
  } catch (error) {
    if (signal?.aborted !== true) throw error
    const problem = { code: 'cancelled', task, why: 'it was cancelled' } as const
    throw new R2k8sError([problem], { cause: error })
  }
}

async function knock(
  access: ClusterAccess,
  { namespace, pod, container, command, ...options }: ExecQuery,
  task: string,
): Promise<Upgraded | Refusal> {
  const { stdin, stderr, tty = false, signal } = options
  // At least one stream has to be asked for.
  const query = new URLSearchParams({ container, stdout: 'true' })
  for (const word of command) query.append('command', word)
  if (stdin !== undefined) query.set('stdin', 'true')
  // The API refuses both: a terminal has one way out.
  if (stderr !== undefined && !tty) query.set('stderr', 'true')
  if (tty) query.set('tty', 'true')
  const { withEnd, plain } = protocolVersions
  try {
    return await upgrade(access, {
      path: `${pathOf({ resource: pods, namespace, name: pod })}/exec`,
      query,
      // Without a way to end its input, a program would wait for more; a terminal has Ctrl-D.
      protocols: stdin === undefined || tty ? [withEnd, plain] : [withEnd],
      ...(signal !== undefined && { signal }),
    })
  } catch (error) {
    if (error instanceof R2k8sError) throw error // of the credentials
    throw unreachable(
      task,
      `${new URL(access.server).host}: ${explainSystemError(error)}`,
      error,
    )
  }
}

async function* explain(
  messages: AsyncIterable<Uint8Array>,
  task: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* messages
  } catch (error) {
    throw unreachable(task, explainSystemError(error), error)
  }
}
