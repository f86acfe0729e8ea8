// Waiting between two tries.

import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when the time is over, or at once when the signal has come. */
export type Pause = (
  milliseconds: number,
  signal: AbortSignal | undefined,
) => Promise<void>

export const pauseOnClock: Pause = async (milliseconds, signal) => {
  try {
    let left = milliseconds
    for (; left > longestTimer; left -= longestTimer) await wait(longestTimer, signal)
    await wait(left, signal)
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}

/** Node takes a longer one for none at all: 24.8 days. */
const longestTimer = 2 ** 31 - 1

async function wait(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
}

export const mostTries = 3
const firstPause = 250

/**
 * In milliseconds, longer from try to try, half of it by chance: the pods of a whole deployment do
 * not come back at once.
 */
export function backOff(tries: number): number {
  const full = firstPause * 2 ** (tries - 1)
  return full / 2 + (Math.random() * full) / 2
}
