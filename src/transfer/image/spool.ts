// A private file for bytes that are wanted again, in any order: so memory stays flat.

import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from '../../errors.ts'
import { explained } from './image-problems.ts'

export interface Spool {
  /** Where the next byte comes to lie. */
  readonly position: () => number
  /** The chunk may be overwritten as soon as the call returns. @throws R2k8sError */
  readonly append: (chunk: Uint8Array) => void
  /** In chunks that the next one overwrites, whichever part of the file it is of. */
  readonly read: (offset: number, size: number) => Generator<Uint8Array>
  readonly close: () => void
}

const bufferSize = 512 * 1024

/** @param directory exists; nothing is left in it, however the program ends */
export function openSpool(directory: string): Spool {
  const guard = <T>(act: () => T): T => {
    try {
      return act()
    } catch (error) {
      const what = `a scratch file in ${quote(directory)}`
      throw explained('local-cache-problem', what, error)
    }
  }
  const file = guard(() => openUnlinked(directory))
  const buffer = Buffer.allocUnsafe(bufferSize)
  const readBuffer = Buffer.allocUnsafe(bufferSize)
  let buffered = 0
  let written = 0

  const put = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length;) {
      const count = writeSync(file, bytes, done, bytes.length - done, written)
      done += count
      written += count
    }
  }
  const flush = (): void => {
    const bytes = buffer.subarray(0, buffered)
    buffered = 0
    guard(() => {
      put(bytes)
    })
  }

  return {
    position: () => written + buffered,
    append: (chunk) => {
      if (buffered + chunk.length > bufferSize) flush()
      if (chunk.length >= bufferSize) {
        guard(() => {
          put(chunk)
        })
        return
      }
      buffer.set(chunk, buffered)
      buffered += chunk.length
    },
    *read(offset, size) {
      flush()
      for (let done = 0; done < size;) {
        const wanted = Math.min(bufferSize, size - done)
        const count = guard(() => readSync(file, readBuffer, 0, wanted, offset + done))
        if (count === 0)
          throw new Error('a scratch file is shorter than what was written')
        done += count
        yield readBuffer.subarray(0, count)
      }
    },
    close: () => {
      closeSync(file)
    },
  }
}

function openUnlinked(directory: string): number {
  const path = join(directory, `.tmp.import.${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  // Nobody else finds it, and it goes away with the process.
  unlinkSync(path)
  return file
}
