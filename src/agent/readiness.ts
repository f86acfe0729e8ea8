// A word between fetcher and packer of a run: the packer hears signals from now on. The first process of a
// container ignores one that comes before it listens, and an action may be over sooner than that.

import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** An empty file. One of an earlier process does not count. */
export function tellReady(path: string): void {
  rmSync(path, { force: true })
  writeFileSync(path, '', { flag: 'wx' })
}

const lookEvery = 10
const longestWait = 120_000

/** @returns whether it is ready; a packer that does not start at all is the kubelet's to tell */
export async function untilReady(path: string, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < longestWait; waited += lookEvery) {
    if (existsSync(path)) return true
    if (signal.aborted) return false
    await sleep(lookEvery)
  }
  return false
}
