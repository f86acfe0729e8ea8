// zstd → bytes. zlib's stream ends behind the first frame, and archives that were compressed in
// parallel have many: so the frames are told apart here, by their block headers alone.

import { Buffer } from 'node:buffer'
import { constants, createZstdDecompress } from 'node:zlib'
import { corruptWare } from '../ware/ware-problems.ts'
import { createByteQueue, type ByteQueue } from './byte-queue.ts'
import { createPaddingCheck, mostPadding, throughStream } from './through-stream.ts'

/** 128 MiB: what `zstd -d` takes without being asked for more. */
const maxWindowLog = 27

export async function* inflateZstd(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const queue = createByteQueue(source)
  try {
    while (await queue.has(1)) {
      if (queue.at(0) === 0) {
        await readPadding(queue)
        return
      }
      const magic = await readNumber(queue, 4)
      if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
        queue.take(4)
        const length = await readNumber(queue, 4)
        queue.take(4)
        await queue.skip(length)
      } else if (magic === 0xfd2fb528) {
        const decoder = createZstdDecompress({
          chunkSize: 128 * 1024,
          params: { [constants.ZSTD_d_windowLogMax]: maxWindowLog },
        })
        yield* throughStream(inPieces(readFrame(queue)), decoder, {
          what: 'zstd',
          rest: 'nothing',
        })
      } else throw corruptWare('something follows the zstd data')
    }
  } finally {
    await queue.close()
  }
}

/** Zeros to the end, as behind every other compression. */
async function readPadding(queue: ByteQueue): Promise<void> {
  const padding = createPaddingCheck('zstd', mostPadding)
  while (await queue.has(1)) padding.add(queue.takeAll())
}

/** A frame comes in three pieces per block, each of which would be a trip to zlib's thread. */
async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const part of source) {
    parts.push(part)
    length += part.length
    if (length < pieceBytes) continue
    yield Buffer.concat(parts)
    parts = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(parts)
}

const pieceBytes = 128 * 1024

/** The bytes of one frame, as they stand there. */
async function* readFrame(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  await need(queue, 5)
  const descriptor = queue.at(4)
  yield queue.take(5)
  yield* queue.takeStream(headerRest(descriptor))
  for (;;) {
    const head = await readNumber(queue, 3)
    yield queue.take(3)
    const size = head >>> 3
    const type = (head >>> 1) & 3
    if (type === 3) throw corruptWare('a zstd block is of no known type')
    yield* queue.takeStream(type === 1 ? 1 : size)
    if ((head & 1) === 1) break
  }
  if ((descriptor & 4) !== 0) yield* queue.takeStream(4)
}

/** Bytes of a frame header behind its descriptor (RFC 8878, 3.1.1.1). */
function headerRest(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0
  const sizes = [single ? 1 : 0, 2, 4, 8]
  const dictionaries = [0, 1, 2, 4]
  return (
    (single ? 0 : 1) +
    (dictionaries[descriptor & 3] ?? 0) +
    (sizes[descriptor >>> 6] ?? 0)
  )
}

/** Little-endian, without taking it. */
async function readNumber(queue: ByteQueue, bytes: number): Promise<number> {
  await need(queue, bytes)
  let value = 0
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + queue.at(i)
  return value
}

async function need(queue: ByteQueue, bytes: number): Promise<void> {
  if (!(await queue.has(bytes))) throw corruptWare('the archive ends in the middle')
}
