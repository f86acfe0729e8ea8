// A stream kept in a file of our own, for formats that have to be read from their end.

import { closeSync } from 'node:fs'
import {
  attemptLocally,
  openHiddenFile,
  readFully,
  writeFully,
} from '../host/hidden-file.ts'
import { aboveLimit } from '../ware/limit-check.ts'
import { corruptWare } from '../ware/ware-problems.ts'

export interface Spool {
  readonly size: number
  /** @throws R2k8sError ware-corrupt when the bytes are not there */
  readonly read: (offset: number, length: number) => Uint8Array
  readonly close: () => void
}

/** @param directory private; the file in it is gone from sight at once */
export async function openSpool(
  bytes: AsyncIterable<Uint8Array>,
  directory: string,
  maxBytes: number,
): Promise<Spool> {
  const file = attempt(() => openHiddenFile(directory))
  let size = 0
  try {
    for await (const chunk of bytes) {
      if (size + chunk.length > maxBytes) {
        throw aboveLimit(`it has more than ${maxBytes} bytes`, 'bytes')
      }
      attempt(() => {
        writeFully(file, chunk, size)
      })
      size += chunk.length
    }
  } catch (error) {
    closeSync(file)
    throw error
  }
  return {
    size,
    read: (offset, length) => {
      const part = Buffer.allocUnsafe(length)
      if (offset < 0 || length < 0 || offset + length > size) {
        throw corruptWare('the archive points behind its end')
      }
      const got = attempt(() => readFully(file, part, offset))
      if (got < length)
        throw new Error('a temporary file is shorter than what was written')
      return part
    },
    close: () => {
      closeSync(file)
    },
  }
}

function attempt<Result>(act: () => Result): Result {
  return attemptLocally('keep the archive in a temporary file', act)
}
