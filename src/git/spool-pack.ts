// Keeps a pack as it comes in, and holds it against the checksum at its end.

import { createHash } from 'node:crypto'
import { aboveLimit } from '../ware/limit-check.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { trailerSize } from './index-pack.ts'
import { createSpoolFile, type RandomFile } from './random-file.ts'

export interface SpoolOptions {
  readonly scratch: () => string
  readonly maxBytes: number
  /** Told how many bytes have come. */
  readonly progress: (bytes: number) => void
}

/** @throws R2k8sError ware-corrupt; what reading `bytes` throws */
export async function spoolPack(
  bytes: AsyncIterable<Uint8Array>,
  { scratch, maxBytes, progress }: SpoolOptions,
): Promise<RandomFile> {
  const file = createSpoolFile(scratch())
  const hash = createHash('sha1')
  // The checksum itself is no part of what it is of.
  let tail = Buffer.alloc(0)
  try {
    for await (const chunk of bytes) {
      if (file.size + chunk.length > maxBytes) {
        throw aboveLimit(`its pack has more than ${maxBytes} bytes`, 'bytes')
      }
      file.write(chunk)
      progress(chunk.length)
      const seen = Buffer.concat([tail, chunk])
      const known = Math.max(0, seen.length - trailerSize)
      hash.update(seen.subarray(0, known))
      tail = seen.subarray(known)
    }
    if (!hash.digest().equals(tail)) {
      throw corruptWare('the pack is damaged: its checksum is another one')
    }
    return file
  } catch (error) {
    file.close()
    throw error
  }
}
