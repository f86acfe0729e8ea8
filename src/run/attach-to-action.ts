// One connection to the running action.

import type { ApiClient } from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { attachToPod, type AttachOutcome } from '../cluster/pod-attach.ts'
import type { StreamsQuery } from '../cluster/pod-streams.ts'
import { R2k8sError } from '../errors.ts'
import { containers } from './run-order.ts'

export type Attachment =
  | Exclude<AttachOutcome, { kind: 'refused' }>
  /** It was never there. */
  | { readonly kind: 'failed'; readonly error: R2k8sError }
  /** The signal has come. */
  | { readonly kind: 'left' }

/** @throws R2k8sError rejected-by-cluster when it is forbidden; what the streams throw */
export async function attachToAction(
  client: ApiClient,
  query: Omit<StreamsQuery, 'container'>,
): Promise<Attachment> {
  try {
    const outcome = await attachToPod(client, { ...query, container: containers.action })
    if (outcome.kind !== 'refused') return outcome
    const error = rejected('attach to the action', outcome)
    if (outcome.status !== 401 && outcome.status !== 403) return { kind: 'failed', error }
    const [{ hints = [], ...problem }] = error.problems
    throw new R2k8sError([{ ...problem, hints: [...hints, needs] }], { cause: error })
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    if (error.code === 'cancelled') return { kind: 'left' }
    if (error.code === 'cluster-unreachable') return { kind: 'failed', error }
    throw error
  }
}

const needs = '"get" and "create" on pods/attach are needed for this'
