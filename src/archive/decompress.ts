// Bytes of an archive, compressed in whatever way → what is in them (wares.md §5.1).

import { Buffer } from 'node:buffer'
import { createGunzip } from 'node:zlib'
import { detectCompression, type Compression } from '../ware/compression.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { inflateBzip2 } from './bzip2.ts'
import { createInflationCheck } from './inflation-check.ts'
import { throughStream } from './through-stream.ts'
import { inflateXz } from './xz.ts'
import { inflateZstd } from './zstd.ts'

export interface Decompressed {
  readonly compression: Compression
  /** Fails with ware-corrupt when the data is damaged or ends early. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Errors of `bytes` themselves pass through as they are. */
export async function decompress(
  bytes: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): Promise<Decompressed> {
  let taken = 0
  const source = await peek(bytes, (length) => {
    taken += length
  })
  const compression = detectCompression(source.head)
  const inflated =
    compression === 'none' ? source.all() : inflaters[compression](source.all())
  return { compression, bytes: bounded(inflated, limits, () => taken) }
}

const inflaters: Readonly<
  Record<
    Exclude<Compression, 'none'>,
    (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
  >
> = {
  gzip: (source) =>
    throughStream(source, createGunzip({ chunkSize: 128 * 1024 }), {
      what: 'gzip',
      rest: 'zeros',
    }),
  bzip2: inflateBzip2,
  xz: inflateXz,
  zstd: inflateZstd,
}

/** No archive has fewer. */
const fewestBytes = 10

/** Reads as much as it takes to know what it is. */
async function peek(bytes: AsyncIterable<Uint8Array>, count: (length: number) => void) {
  const iterator = bytes[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < fewestBytes) {
    const next = await iterator.next()
    if (next.done === true) {
      throw corruptWare(
        head.length === 0
          ? 'the archive is empty'
          : `${head.length} bytes are no archive`,
      )
    }
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return {
    head,
    all: async function* (): AsyncGenerator<Uint8Array> {
      try {
        count(head.length)
        yield head
        for (;;) {
          const next = await iterator.next()
          if (next.done === true) return
          count(next.value.length)
          yield next.value
        }
      } finally {
        await iterator.return?.()
      }
    },
  }
}

async function* bounded(
  inflated: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
  taken: () => number,
): AsyncGenerator<Uint8Array> {
  const check = createInflationCheck(limits, taken)
  for await (const chunk of inflated) {
    check.add(chunk.length)
    yield chunk
  }
}
