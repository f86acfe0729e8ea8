// Trying again what failed on the way.

import { backOff, mostTries, pauseOnClock } from '../host/pause.ts'
import { HttpFailure } from '../http-exchange.ts'
import type { GitContext } from './git-outcome.ts'
import { Refusal, throwIfCancelled } from './refusal.ts'

/** @throws Refusal of the last try, also for failures of the connection; R2k8sError `cancelled` */
export async function withRetries<Result>(
  { signal, wait = pauseOnClock }: Pick<GitContext, 'signal' | 'wait'>,
  act: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    throwIfCancelled(signal)
    try {
      return await act()
    } catch (error) {
      throwIfCancelled(signal)
      const refusal = asRefusal(error)
      if (refusal?.retry !== true || tries === mostTries) throw refusal ?? error
    }
    await wait(backOff(tries), signal)
  }
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (!(error instanceof HttpFailure)) return undefined
  return new Refusal('unavailable', error.message, error.retry)
}
