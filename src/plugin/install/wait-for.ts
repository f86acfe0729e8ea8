// Waiting for the cluster to have done what it was told, with the reason when it does not.

import type { ApiClient } from '../../cluster/api-client.ts'
import { R2k8sError, type Problem } from '../../errors.ts'
import { pauseOnClock } from '../../host/pause.ts'

/** Resolves with what stands in the way, undefined when nothing does. */
export type Look = () => Promise<Obstacle | undefined>

export interface Obstacle {
  readonly why: string
  readonly hints?: readonly string[]
}

export interface Patience {
  readonly client: ApiClient
  /** In milliseconds of the clock. */
  readonly until: number
  readonly signal: AbortSignal
}

const interval = 500

/** @throws R2k8sError rejected-by-cluster with the last obstacle when time is over */
export async function waitFor(
  task: string,
  look: Look,
  { until, signal }: Patience,
): Promise<void> {
  for (;;) {
    const obstacle = await look()
    if (obstacle === undefined) return
    if (signal.aborted) throw failure('cancelled', task, { why: 'it was interrupted' })
    if (Date.now() > until) throw failure('rejected-by-cluster', task, obstacle)
    await pauseOnClock(interval, signal)
  }
}

function failure(
  code: Problem['code'],
  task: string,
  { why, hints = [] }: Obstacle,
): R2k8sError {
  return new R2k8sError([{ code, task, why, hints }])
}
