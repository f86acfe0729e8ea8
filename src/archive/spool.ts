// A stream kept in a file of our own, for formats that have to be read from their end.

import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'
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
  const path = join(directory, `.tmp.spool.${randomUUID()}`)
  const { O_CREAT, O_EXCL, O_RDWR } = constants
  const file = attempt(() => openSync(path, O_CREAT | O_EXCL | O_RDWR, 0o600))
  let size = 0
  try {
    unlinkSync(path)
    for await (const chunk of bytes) {
      if (size + chunk.length > maxBytes) {
        throw aboveLimit(`it has more than ${maxBytes} bytes`, 'bytes')
      }
      for (let at = 0; at < chunk.length;) {
        at += attempt(() => writeSync(file, chunk, at, chunk.length - at, size + at))
      }
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
      for (let at = 0; at < length;) {
        at += attempt(() => readSync(file, part, at, length - at, offset + at))
      }
      return part
    },
    close: () => {
      closeSync(file)
    },
  }
}

function attempt<Result>(act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const task = 'keep the archive in a temporary file'
    throw new R2k8sError(
      [{ code: 'local-cache-problem', task, why: explainSystemError(error) }],
      {
        cause: error,
      },
    )
  }
}
