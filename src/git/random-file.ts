// Files that are read here and there: packs, their indexes, loose objects, spools.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import {
  attemptLocally,
  openHiddenFile,
  readFully,
  writeFully,
} from '../host/hidden-file.ts'
import { corruptWare } from '../ware/ware-problems.ts'

export interface RandomFile {
  readonly size: number
  /**
   * Exactly `length` bytes; what is returned may be overwritten by the next read.
   * @throws R2k8sError ware-corrupt when they are not there
   */
  readonly read: (offset: number, length: number) => Buffer
  /** The same, but fewer bytes at the end of the file. */
  readonly readUpTo: (offset: number, length: number) => Buffer
  readonly close: () => void
}

export interface SpoolFile extends RandomFile {
  /** Appends. */
  readonly write: (chunk: Uint8Array) => void
}

/**
 * For reading. Undefined when it is no regular file.
 * @throws errors of the system as they are
 */
export function openRandomFile(path: string): RandomFile | undefined {
  // Opening a fifo would wait for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const found = fstatSync(file)
  if (found.isFile()) return createReader(file, () => found.size)
  closeSync(file)
  return undefined
}

/** @param directory private; the file in it is gone from sight at once */
export function createSpoolFile(directory: string): SpoolFile {
  const file = attempt(() => openHiddenFile(directory))
  let size = 0
  const reader = createReader(file, () => size)
  return {
    ...reader,
    get size() {
      return size
    },
    write: (chunk) => {
      attempt(() => {
        writeFully(file, chunk, size)
      })
      size += chunk.length
    },
  }
}

export const windowSize = 256 * 1024
/** What is read for the sake of a few bytes somewhere. */
const leastRead = 8 * 1024

/** Objects lie one behind the other: most reads are served from what the last one brought along. */
function createReader(file: number, sizeNow: () => number): RandomFile {
  // One for all reads: new ones would be thrown away faster than they are collected.
  let memory: Buffer | undefined
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0

  function readUpTo(offset: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, sizeNow() - offset))
    if (wanted === 0) return Buffer.alloc(0)
    const inside = offset - windowStart
    if (inside >= 0 && inside + wanted <= window.length) {
      return window.subarray(inside, inside + wanted)
    }
    if (wanted > windowSize) return fill(Buffer.allocUnsafe(wanted), offset)
    const isNext = inside >= 0 && inside <= window.length
    const ahead = Math.min(
      isNext ? windowSize : Math.max(wanted, leastRead),
      sizeNow() - offset,
    )
    memory ??= Buffer.allocUnsafe(windowSize)
    window = fill(memory.subarray(0, ahead), offset)
    windowStart = offset
    return window.subarray(0, Math.min(wanted, window.length))
  }

  function fill(buffer: Buffer, offset: number): Buffer {
    return buffer.subarray(
      0,
      attempt(() => readFully(file, buffer, offset)),
    )
  }

  return {
    get size() {
      return sizeNow()
    },
    readUpTo,
    read: (offset, length) => {
      const bytes = readUpTo(offset, length)
      if (bytes.length < length)
        throw corruptWare('the data of the repository ends early')
      return bytes
    },
    close: () => {
      closeSync(file)
    },
  }
}

function attempt<Result>(act: () => Result): Result {
  return attemptLocally('keep objects of git in a temporary file', act)
}
