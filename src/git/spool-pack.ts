// A pack as it comes from a server, kept in a file of our own and checked against its trailer.

import { Buffer } from 'node:buffer'
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { aboveLimit } from '../ware/limit-check.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { attempt, readFrom, type ByteFile } from './byte-file.ts'

const trailer = 20

export interface PackSpooling {
  /** Private; the file in it is gone from sight at once. */
  readonly directory: string
  readonly maxBytes: number
  readonly onBytes: (sum: number) => void
}

export async function spoolPack(
  chunks: AsyncIterable<Uint8Array>,
  { directory, maxBytes, onBytes }: PackSpooling,
): Promise<ByteFile> {
  const path = join(directory, `.tmp.pack.${randomUUID()}`)
  const { O_CREAT, O_EXCL, O_RDWR } = constants
  const file = attempt(() => openSync(path, O_CREAT | O_EXCL | O_RDWR, 0o600))
  const hash = createHash('sha1')
  let held: Uint8Array = Buffer.alloc(0)
  let size = 0
  try {
    attempt(() => {
      unlinkSync(path)
    })
    for await (const chunk of chunks) {
      if (size + chunk.length > maxBytes) {
        throw aboveLimit(`its pack has more than ${maxBytes} bytes`, 'bytes')
      }
      writeAll(file, chunk, size)
      size += chunk.length
      // The last bytes so far may be the trailer, which is no part of what it covers.
      const seen = Buffer.concat([held, chunk])
      const settled = Math.max(0, seen.length - trailer)
      hash.update(seen.subarray(0, settled))
      held = seen.subarray(settled)
      onBytes(size)
    }
    if (size < trailer || !hash.digest().equals(held)) {
      throw corruptWare('the pack of the repository is damaged: its checksum is another')
    }
  } catch (error) {
    closeSync(file)
    throw error
  }
  return readFrom(file, size)
}

function writeAll(file: number, chunk: Uint8Array, position: number): void {
  for (let at = 0; at < chunk.length;) {
    const start = at
    at += attempt(() => writeSync(file, chunk, start, chunk.length - start, position + start))
  }
}
