// Files read at random places: packs, their indexes, loose objects, and the spool of a fetched pack.

import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { quote, R2k8sError } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { unavailable } from './git-failure.ts'

export interface ByteFile {
  readonly size: number
  /** Fewer bytes than asked for at the end of the file. */
  readonly read: (offset: number, length: number) => Buffer
  readonly close: () => void
}

/** @param file an open descriptor, closed by `close` */
export function readFrom(file: number, size: number): ByteFile {
  return {
    size,
    read: (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset))
      const part = Buffer.allocUnsafe(wanted)
      let at = 0
      while (at < wanted) {
        const count = attempt(() => readSync(file, part, at, wanted - at, offset + at))
        if (count === 0) break // made shorter by somebody else
        at += count
      }
      return part.subarray(0, at)
    },
    close: () => {
      closeSync(file)
    },
  }
}

/** Undefined when there is no such file. */
export function openByteFile(path: string): ByteFile | undefined {
  try {
    const file = openSync(path, 'r')
    const stats = fstatSync(file)
    if (stats.isFile()) return readFrom(file, stats.size)
    closeSync(file)
    return undefined
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw unavailable(`cannot read ${quote(path)}: ${explainSystemError(error)}`, error)
  }
}

/** The disk, not the repository, is at fault. */
export function attempt<Result>(act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const task = 'keep the pack in a temporary file'
    const why = explainSystemError(error)
    throw new R2k8sError([{ code: 'local-cache-problem', task, why }], { cause: error })
  }
}
