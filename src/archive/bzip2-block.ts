// One block of bzip2: Huffman codes → move to front → Burrows-Wheeler → runs.

import { corruptWare } from '../ware/ware-problems.ts'
import type { BitReader } from './bit-reader.ts'
import { createBzip2Crc } from './bzip2-crc.ts'
import { readCodes, type HuffmanCode } from './huffman-code.ts'

const groupSize = 50

export interface Block {
  /** As the block says. */
  readonly crc: number
  /** To be read once, before the next block. @throws R2k8sError ware-corrupt for another checksum */
  readonly chunks: () => Generator<Uint8Array>
}

/**
 * Expects the reader behind the block's magic number. `table` has as many elements as a block may
 * have bytes, 100,000 to 900,000, and serves one block after the other.
 */
export function readBlock(bits: BitReader, table: Uint32Array): Block {
  const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0
  if (bits.read(1) === 1)
    throw corruptWare('a randomised bzip2 block, which nothing writes any more')
  const origin = bits.read(24)
  const symbols = readSymbols(bits)
  const groups = bits.read(3)
  const selectors = readSelectors(bits, groups)
  const codes = readCodes(bits, groups, symbols.length + 2)
  const { length, counts } = readValues(bits, { symbols, selectors, codes, table })
  if (origin >= length) throw corruptWare('a bzip2 block has an impossible origin')
  undoTransform(table, counts, length)
  return { crc, chunks: () => checked(undoRuns(table, origin, length), crc) }
}

function* checked(chunks: Iterable<Uint8Array>, crc: number): Generator<Uint8Array> {
  const found = createBzip2Crc()
  for (const chunk of chunks) {
    found.add(chunk)
    yield chunk
  }
  if (found.value() !== crc) throw corruptWare('a bzip2 block has a wrong checksum')
}

/** The bytes that occur in the block. */
function readSymbols(bits: BitReader): number[] {
  const used = bits.read(16)
  const symbols: number[] = []
  for (let row = 0; row < 16; row++) {
    if ((used & (0x8000 >> row)) === 0) continue
    const columns = bits.read(16)
    for (let column = 0; column < 16; column++) {
      if ((columns & (0x8000 >> column)) !== 0) symbols.push(row * 16 + column)
    }
  }
  if (symbols.length === 0) throw corruptWare('a bzip2 block has no symbols')
  return symbols
}

/** Which code serves each group of symbols. */
function readSelectors(bits: BitReader, groups: number): Uint8Array {
  if (groups < 2 || groups > 6)
    throw corruptWare('a bzip2 block has an impossible number of codes')
  const count = bits.read(15)
  if (count === 0) throw corruptWare('a bzip2 block has no selectors')
  const order = Array.from({ length: groups }, (_, i) => i)
  const selectors = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    let place = 0
    while (bits.read(1) === 1) {
      if (++place >= groups) throw corruptWare('a bzip2 block has a wrong selector')
    }
    const [chosen = 0] = order.splice(place, 1)
    order.unshift(chosen)
    selectors[i] = chosen
  }
  return selectors
}

interface ValueRequest {
  readonly symbols: readonly number[]
  readonly selectors: Uint8Array
  readonly codes: readonly HuffmanCode[]
  readonly table: Uint32Array
}

/** Puts the transformed bytes into `table`, one per element; how many, and how often each occurs. */
function readValues(
  bits: BitReader,
  { symbols, selectors, codes, table }: ValueRequest,
): { length: number; counts: Uint32Array } {
  const blockSize = table.length
  const counts = new Uint32Array(256)
  const recent = Uint8Array.from(symbols)
  const endOfBlock = symbols.length + 1
  let length = 0
  let run = 0
  let runUnit = 1
  let group = 0
  let left = 0
  let code: HuffmanCode | undefined
  for (;;) {
    if (left-- === 0) {
      code = codes[selectors[group++] ?? -1]
      left = groupSize - 1
    }
    if (code === undefined) throw corruptWare('a bzip2 block has too few selectors')
    const value = code.read(bits)
    if (value <= 1) {
      // Bijective base 2, the lowest digit first.
      run += runUnit << value
      runUnit <<= 1
      if (run > blockSize) throw corruptWare('a bzip2 block is too long')
      continue
    }
    if (run > 0) {
      if (length + run > blockSize) throw corruptWare('a bzip2 block is too long')
      const byte = recent[0] ?? 0
      counts[byte] = (counts[byte] ?? 0) + run
      table.fill(byte, length, length + run)
      length += run
      run = 0
      runUnit = 1
    }
    if (value === endOfBlock) return { length, counts }
    if (length >= blockSize) throw corruptWare('a bzip2 block is too long')
    const place = value - 1
    const byte = recent[place] ?? 0
    recent.copyWithin(1, 0, place)
    recent[0] = byte
    counts[byte] = (counts[byte] ?? 0) + 1
    table[length++] = byte
  }
}

/** Puts the links of the inverse transform into the upper 24 bits of `table`. */
function undoTransform(table: Uint32Array, counts: Uint32Array, length: number): void {
  const starts = new Uint32Array(256)
  let sum = 0
  for (let byte = 0; byte < 256; byte++) {
    starts[byte] = sum
    sum += counts[byte] ?? 0
  }
  for (let i = 0; i < length; i++) {
    const byte = (table[i] ?? 0) & 0xff
    const at = starts[byte] ?? 0
    starts[byte] = at + 1
    table[at] = ((table[at] ?? 0) & 0xff) | (i << 8)
  }
}

const chunkBytes = 256 * 1024

/** Chunks, since a block of runs only has 46 MB in it. */
function* undoRuns(
  table: Uint32Array,
  origin: number,
  length: number,
): Generator<Uint8Array> {
  const state = {
    entry: table[(table[origin] ?? 0) >>> 8] ?? 0,
    left: length,
    last: -1,
    same: 0,
  }
  while (state.left > 0) {
    const chunk = new Uint8Array(chunkBytes)
    yield chunk.subarray(0, fillChunk(chunk, table, state))
  }
}

interface RunState {
  entry: number
  left: number
  last: number
  same: number
}

/** Four equal bytes are followed by a count of further ones. Apart, since it is the hottest loop. */
function fillChunk(chunk: Uint8Array, table: Uint32Array, state: RunState): number {
  let { entry, left, last, same } = state
  let size = 0
  while (left > 0 && size + 255 <= chunkBytes) {
    left--
    const byte = entry & 0xff
    entry = table[entry >>> 8] ?? 0
    if (same === 4) {
      chunk.fill(last, size, size + byte)
      size += byte
      same = 0
      last = -1
      continue
    }
    same = byte === last ? same + 1 : 1
    last = byte
    chunk[size++] = byte
  }
  Object.assign(state, { entry, left, last, same })
  return size
}
