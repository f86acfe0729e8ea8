// Wares that a client sends into the fetcher's container: they lie on its machine and in no warehouse that
// a pod reaches. The plan names the files; the fetcher waits for them, `agent take` writes them.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { quote, R2k8sError } from '../errors.ts'
import type { FetchPlan } from '../mutate/fetch-plan.ts'
import { systemErrorCode } from '../system-error.ts'

/** Files of the directory that the plan asks for. */
export function sentInputs(plan: FetchPlan, directory: string): readonly string[] {
  const prefix = `file://${directory}/`
  const addresses = plan.roots.flatMap(({ wares }) => wares.flatMap(({ from }) => from))
  const names = addresses
    .filter((address) => address.startsWith(prefix))
    .map((address) => address.slice(prefix.length))
  return [...new Set(names)].filter(isNumber).map((name) => `${directory}/${name}`)
}

const lookEvery = 50
const longestSilence = 600_000

/** @throws R2k8sError cancelled by the signal; warehouse-unavailable when nothing comes any more */
export async function untilSent(
  files: readonly string[],
  signal: AbortSignal,
  now: () => number,
): Promise<void> {
  let seen = ''
  let lastNews = now()
  for (;;) {
    const missing = files.filter((file) => !existsSync(file))
    if (missing.length === 0) return
    const task = 'fetch what the client sends'
    if (signal.aborted) {
      const why = 'it was told to end'
      throw new R2k8sError([{ code: 'cancelled', task, why }])
    }
    const sizes = missing.map((file) => String(sizeOf(partOf(file)))).join(' ')
    if (sizes !== seen) {
      seen = sizes
      lastNews = now()
    } else if (now() - lastNews > longestSilence) {
      const why = `nothing has come for ${longestSilence / 60_000} minutes`
      throw new R2k8sError([{ code: 'warehouse-unavailable', task, why }])
    }
    await sleep(lookEvery)
  }
}

const chunkBytes = 256 * 1024

/**
 * @param args number of the input, the byte to begin with, bytes of the whole; the bytes come by stdin
 * @throws R2k8sError when they are not whole: the next call goes on where this one ended
 */
export function takeInput(directory: string, args: readonly string[]): void {
  const [number = '', from = '', total = ''] = args
  const task = `take the input ${quote(number)}`
  if (![number, from, total].every(isNumber)) {
    const why = 'its number, the byte to begin with and its length are numbers'
    throw new R2k8sError([{ code: 'usage', task, why }])
  }
  const file = `${directory}/${number}`
  if (existsSync(file)) return // it came whole, and the word of it was lost
  const { O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
  const part = openSync(partOf(file), O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
  let at = Number(from)
  try {
    if (fstatSync(part).size < at) {
      const why = `it has ${fstatSync(part).size} bytes so far, and was sent from ${at} on`
      throw new R2k8sError([{ code: 'usage', task, why }])
    }
    ftruncateSync(part, at)
    at = copyStdin(part, at)
    fsyncSync(part)
  } finally {
    closeSync(part)
  }
  if (at !== Number(total)) {
    const why = `${at} bytes have come, of ${total}`
    throw new R2k8sError([{ code: 'warehouse-unavailable', task, why }])
  }
  renameSync(partOf(file), file)
}

function copyStdin(to: number, from: number): number {
  const chunk = Buffer.alloc(chunkBytes)
  let at = from
  for (;;) {
    const bytes = readStdin(chunk)
    if (bytes === 0) return at
    for (let done = 0; done < bytes;) {
      done += writeSync(to, chunk, done, bytes - done, at + done)
    }
    at += bytes
  }
}

function readStdin(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

/** Bytes that have come so far. */
export function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
}

export function partOf(file: string): string {
  return `${file}.part`
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text)
}
