// bzip2 → bytes, block by block. Several streams one after the other are one, as bzip2 reads them.

import { Buffer } from 'node:buffer'
import { corruptWare } from '../ware/ware-problems.ts'
import { createBitReader, type BitReader } from './bit-reader.ts'
import { readBlock } from './bzip2-block.ts'
import { createPaddingCheck, mostPadding } from './through-stream.ts'

/** 900,000 symbols of 20 bits, with the codes in front: no block is longer. */
const longestBlock = 2_600_000

/** @throws R2k8sError ware-corrupt for anything but whole streams with right checksums */
export async function* inflateBzip2(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const input = createWindow(source, longestBlock)
  try {
    yield* inflateStreams(input)
  } finally {
    await input.close()
  }
}

type Window = ReturnType<typeof createWindow>

async function* inflateStreams(input: Window): AsyncGenerator<Uint8Array> {
  let bytes = await input.drop(0)
  let table = new Uint32Array(0)
  do {
    let bits = createBitReader(bytes)
    const blockSize = readStreamHead(bits)
    if (table.length !== blockSize) table = new Uint32Array(blockSize)
    let combined = 0
    while (readsBlockNext(bits)) {
      const block = readBlock(bits, table)
      combined = (((combined << 1) | (combined >>> 31)) ^ block.crc) >>> 0
      yield* block.chunks()
      // A block may end inside of a byte, which stays.
      const taken = bits.bitsTaken()
      bytes = await input.drop(taken >>> 3)
      bits = createBitReader(bytes)
      bits.read(taken & 7)
    }
    const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0
    if (crc !== combined) throw corruptWare('bzip2 data has a wrong checksum')
    bits.alignToByte()
    bytes = await input.drop(bits.bitsTaken() >>> 3)
    // No stream begins with a zero: what comes now can only be padding.
  } while (bytes.length > 0 && bytes[0] !== 0)
  const padding = createPaddingCheck('bzip2', mostPadding)
  for (; bytes.length > 0; bytes = await input.drop(bytes.length)) padding.add(bytes)
}

/** `BZh` and the block size in units of 100,000 bytes. */
function readStreamHead(bits: BitReader): number {
  const magic = bits.read(24)
  const level = bits.read(8) - 0x30
  if (magic !== 0x42_5a_68 || level < 1 || level > 9)
    throw corruptWare('this is no bzip2 data')
  return level * 100_000
}

/** Digits of π introduce a block, of its square root the end. */
function readsBlockNext(bits: BitReader): boolean {
  const [high, low] = [bits.read(24), bits.read(24)]
  if (high === 0x314159 && low === 0x265359) return true
  if (high === 0x177245 && low === 0x385090) return false
  throw corruptWare('bzip2 data is damaged between two blocks')
}

/** The next bytes of a source, at least `wanted` unless it ends before, in one buffer for all. */
function createWindow(source: AsyncIterable<Uint8Array>, wanted: number) {
  const iterator = source[Symbol.asyncIterator]()
  const buffer = Buffer.allocUnsafeSlow(wanted * 2)
  let start = 0
  let end = 0
  let pending: Uint8Array = new Uint8Array(0)
  let ended = false

  function append(): void {
    if (end + pending.length > buffer.length) {
      buffer.copyWithin(0, start, end)
      end -= start
      start = 0
    }
    const part = pending.subarray(0, buffer.length - end)
    buffer.set(part, end)
    end += part.length
    pending = pending.subarray(part.length)
  }

  return {
    /** Lets go of that many; what is returned is valid until the next call. */
    drop: async (count: number): Promise<Uint8Array> => {
      start += count
      while (end - start < wanted && (pending.length > 0 || !ended)) {
        if (pending.length > 0) append()
        else {
          const next = await iterator.next()
          if (next.done === true) ended = true
          else pending = next.value
        }
      }
      return buffer.subarray(start, end)
    },
    close: async () => {
      await iterator.return?.()
    },
  }
}
