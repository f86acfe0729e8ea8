// A program run in a container that is running already, with its streams and its exit code.

import type { ApiClient } from './api-client.ts'
import type { Refusal } from './api-failure.ts'
import { openPodStreams, type StreamsQuery } from './pod-streams.ts'

export interface ExecQuery extends StreamsQuery {
  readonly command: readonly [string, ...string[]]
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
  const { namespace, pod, container, command, stdin, stderr, tty = false } = options
  // At least one stream has to be asked for.
  const query = new URLSearchParams({ container, stdout: 'true' })
  for (const word of command) query.append('command', word)
  if (stdin !== undefined) query.set('stdin', 'true')
  // The API refuses both: a terminal has one way out.
  if (stderr !== undefined && !tty) query.set('stderr', 'true')
  if (tty) query.set('tty', 'true')
  const task = `run "${command[0]}" in pod "${namespace}/${pod}"`
  const request = { subresource: 'exec', query, task } as const
  const outcome = await openPodStreams(client, options, request)
  if (outcome.kind === 'broken') throw outcome.error
  return outcome
}
