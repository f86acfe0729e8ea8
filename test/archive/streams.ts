// Byte streams for tests.

import { decompress } from '../../src/archive/decompress.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'

export async function* inChunks(
  bytes: Uint8Array,
  size = 1000,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size))
  }
}

export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export async function inflate(
  packed: Uint8Array,
  limits = defaultUnpackLimits,
  size?: number,
): Promise<Buffer> {
  return await collect((await decompress(inChunks(packed, size), limits)).bytes)
}
