// The streams of a program that a container runs already: its input, and what it writes from now on.

import type { R2k8sError } from '../errors.ts'
import type { ApiClient } from './api-client.ts'
import type { Refusal } from './api-failure.ts'
import { openPodStreams, type StreamsQuery } from './pod-streams.ts'

export type AttachOutcome =
  /** The node has closed the streams. That is no proof that the program has ended. */
  | { readonly kind: 'ended' }
  /** What was under way is lost. A container with `stdinOnce` and no terminal has no input any more. */
  | { readonly kind: 'broken'; readonly error: R2k8sError }
  /** Also for a container that does not run. */
  | Refusal

/**
 * Nothing tells when the streams are there: who asks for input may have some of it read although it is
 * refused. @throws R2k8sError cluster-unreachable when there was no connection at all, cancelled; what
 * `stdin` and the outputs throw
 */
export async function attachToPod(
  client: ApiClient,
  options: StreamsQuery,
): Promise<AttachOutcome> {
  const { namespace, pod, container, stdin, stdout, stderr, tty = false } = options
  const wants = (stream: unknown): string => String(stream !== undefined)
  const query = new URLSearchParams({
    container,
    stdin: wants(stdin),
    // The API has both as its defaults.
    stdout: wants(stdout),
    stderr: tty ? 'false' : wants(stderr),
    tty: String(tty),
  })
  const task = `attach to container "${container}" of pod "${namespace}/${pod}"`
  const request = { subresource: 'attach', query, task } as const
  const outcome = await openPodStreams(client, options, request)
  return outcome.kind === 'exited' ? { kind: 'ended' } : outcome
}
