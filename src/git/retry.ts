// Trying again what failed on the way.

import { setTimeout as sleep } from 'node:timers/promises'
import { HttpFailure } from '../http-exchange.ts'
import type { GitContext } from './git-outcome.ts'
import { Refusal, throwIfCancelled } from './refusal.ts'

const mostTries = 3
const firstPause = 250

/** @throws Refusal of the last try, also for failures of the connection; R2k8sError `cancelled` */
export async function withRetries<Result>(
  { signal, wait = waitOnClock }: Pick<GitContext, 'signal' | 'wait'>,
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
    // Half of it by chance, so that pods do not come back all at once.
    const pause = firstPause * 2 ** (tries - 1)
    await wait(pause / 2 + (Math.random() * pause) / 2, signal)
  }
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (!(error instanceof HttpFailure)) return undefined
  return new Refusal('unavailable', error.message, error.retry)
}

async function waitOnClock(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throwIfCancelled(signal)
    throw error
  }
}
