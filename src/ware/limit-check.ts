// Counts what an archive says it holds, and refuses what is above the limits.

import type { Entry } from './entry.ts'
import { quoteRaw } from './entry-path.ts'
import type { UnpackLimits } from './unpack-limits.ts'
import { corruptWare } from './ware-problems.ts'

export interface LimitCheck {
  /** `stored` bytes of the archive hold the content of `entry`: fewer than its size when sparse. */
  readonly entry: (entry: Entry, stored: number) => void
  readonly entries: () => number
}

/** Holes cost nothing to store, and filling them costs time. */
const freeHoles = 1024 ** 3

export function createLimitCheck(limits: UnpackLimits): LimitCheck {
  let entries = 0
  let bytes = 0
  let storedBytes = 0

  function check(entry: Entry, stored: number): void {
    const { path, size, target } = entry
    entries++
    bytes += size
    storedBytes += stored
    if (entries > limits.entries) {
      throw aboveLimit(`it has more than ${limits.entries} entries`, 'entries')
    }
    if (bytes > limits.bytes) {
      throw aboveLimit(`its files have more than ${limits.bytes} bytes`, 'bytes')
    }
    if (bytes > freeHoles && bytes - storedBytes > storedBytes * limits.ratio) {
      throw aboveLimit(`${quoteRaw(path)} is sparse beyond measure`, 'ratio')
    }
    const longest = Math.max(path.length, target.length, xattrBytes(entry))
    if (longest > limits.pathBytes) {
      throw aboveLimit(
        `${quoteRaw(path)} has a path, link or attributes of ${longest} bytes`,
        'path-bytes',
      )
    }
  }

  return { entry: check, entries: () => entries }
}

function xattrBytes({ xattrs }: Entry): number {
  let bytes = 0
  // A file capability has some twenty bytes; longer values are for the 64 KiB of the kernel.
  for (const [name, value] of xattrs ?? []) bytes += name.length + value.length / 16
  return bytes
}

/** `limit` is its name on the command line. */
export function aboveLimit(why: string, limit: string): Error {
  return corruptWare(`the archive is above a limit: ${why}`, [
    `raise it with --limits ${limit}=… if you trust the ware`,
  ])
}
