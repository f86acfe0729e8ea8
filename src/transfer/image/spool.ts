// A private file for bytes that are wanted again, in any order: so memory stays flat.

import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import { quote } from '../../errors.ts'
import { openHiddenFile, readFully, writeFully } from '../../host/hidden-file.ts'
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
  const file = guard(() => openHiddenFile(directory))
  const buffer = Buffer.allocUnsafe(bufferSize)
  const readBuffer = Buffer.allocUnsafe(bufferSize)
  let buffered = 0
  let written = 0

  const put = (bytes: Uint8Array): void => {
    guard(() => {
      writeFully(file, bytes, written)
    })
    written += bytes.length
  }
  const flush = (): void => {
    const bytes = buffer.subarray(0, buffered)
    buffered = 0
    put(bytes)
  }

  return {
    position: () => written + buffered,
    append: (chunk) => {
      if (buffered + chunk.length > bufferSize) flush()
      if (chunk.length >= bufferSize) {
        put(chunk)
        return
      }
      buffer.set(chunk, buffered)
      buffered += chunk.length
    },
    *read(offset, size) {
      flush()
      for (let done = 0; done < size;) {
        const part = readBuffer.subarray(0, Math.min(bufferSize, size - done))
        const got = guard(() => readFully(file, part, offset + done))
        if (got < part.length) {
          throw new Error('a temporary file is shorter than what was written')
        }
        done += got
        yield part
      }
    },
    close: () => {
      closeSync(file)
    },
  }
}
