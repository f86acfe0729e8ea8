// Keeps a small pack from making a lot of work: deltas can make any size out of nothing.

import { setImmediate } from 'node:timers/promises'
import { aboveLimit } from '../ware/limit-check.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { throwIfCancelled } from './refusal.ts'

export interface WorkMeter {
  /** Of one object. */
  readonly checkSize: (bytes: number) => void
  /** Counts bytes that were made, and lets others have a turn from time to time. */
  readonly spend: (bytes: number) => Promise<void> | undefined
}

/** Deltas of a few kilobytes stand for many versions of a file: what is usual has no limit. */
const freeBytes = 1024 ** 3
const bytesPerTurn = 8 * 1024 * 1024
/** What an object costs that has no bytes. */
const bytesPerObject = 64

export function createWorkMeter(
  limits: UnpackLimits,
  packBytes: number,
  signal: AbortSignal | undefined,
): WorkMeter {
  // Each object is made some three times: to name it, as a base, to be used.
  const most = Math.min(freeBytes, limits.bytes * 4) + packBytes * limits.ratio
  let spent = 0
  let turn = 0

  async function rest() {
    await setImmediate()
    throwIfCancelled(signal)
  }

  return {
    checkSize: (bytes) => {
      if (bytes <= limits.bytes) return
      throw aboveLimit(`an object has more than ${limits.bytes} bytes`, 'bytes')
    },
    spend: (bytes) => {
      spent += bytes + bytesPerObject
      if (spent > most) {
        const why = `its objects are more than ${limits.ratio} times as big as their pack`
        throw aboveLimit(why, 'ratio')
      }
      if (spent - turn < bytesPerTurn) return undefined
      turn = spent
      return rest()
    },
  }
}
