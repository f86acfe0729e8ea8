// The Huffman codes of a bzip2 block: canonical, lengths 1 to 20.

import { corruptWare } from '../ware/ware-problems.ts'
import type { BitReader } from './bit-reader.ts'

export interface HuffmanCode {
  readonly read: (bits: BitReader) => number
}

const longest = 20
/** Codes up to this length are found in one look. */
const quickBits = 10

export function readCodes(
  bits: BitReader,
  groups: number,
  symbols: number,
): HuffmanCode[] {
  return Array.from({ length: groups }, () => makeCode(readLengths(bits, symbols)))
}

/** Each as the difference to the one before. */
function readLengths(bits: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols)
  let length = bits.read(5)
  for (let i = 0; i < symbols; i++) {
    for (;;) {
      if (length < 1 || length > longest)
        throw corruptWare('a bzip2 code has an impossible length')
      if (bits.read(1) === 0) break
      length += bits.read(1) === 0 ? 1 : -1
    }
    lengths[i] = length
  }
  return lengths
}

function makeCode(lengths: Uint8Array): HuffmanCode {
  const counts = new Uint32Array(longest + 2)
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  /** Per length: its first code, and where its symbols begin in `sorted`. */
  const firsts = new Uint32Array(longest + 2)
  const starts = new Uint32Array(longest + 2)
  let code = 0
  let start = 0
  for (let length = 1; length <= longest; length++) {
    firsts[length] = code
    starts[length] = start
    start += counts[length] ?? 0
    code = (code + (counts[length] ?? 0)) << 1
    if (code > 2 ** (length + 1)) throw corruptWare('a bzip2 code is overfull')
  }
  const sorted = new Uint16Array(lengths.length)
  const next = Uint32Array.from(starts)
  lengths.forEach((length, symbol) => {
    const at = next[length] ?? 0
    next[length] = at + 1
    sorted[at] = symbol
  })
  const quick = makeQuickTable(lengths, sorted, firsts)

  return {
    read: (bits) => {
      const entry = quick[bits.peek(quickBits)] ?? 0
      if (entry !== 0) {
        bits.skip(entry & 0x1f)
        return entry >>> 5
      }
      const window = bits.peek(longest)
      for (let length = quickBits + 1; length <= longest; length++) {
        const offset = (window >>> (longest - length)) - (firsts[length] ?? 0)
        if (offset >= 0 && offset < (counts[length] ?? 0)) {
          bits.skip(length)
          return sorted[(starts[length] ?? 0) + offset] ?? 0
        }
      }
      throw corruptWare('bzip2 data has a code that does not exist')
    },
  }
}

/** Per beginning of ten bits: symbol and length of the code there; 0 where it is longer. */
function makeQuickTable(
  lengths: Uint8Array,
  sorted: Uint16Array,
  firsts: Uint32Array,
): Uint32Array {
  const quick = new Uint32Array(1 << quickBits)
  const next = Uint32Array.from(firsts)
  for (const symbol of sorted) {
    const length = lengths[symbol] ?? 0
    if (length > quickBits) break
    const code = next[length] ?? 0
    next[length] = code + 1
    const from = code << (quickBits - length)
    quick.fill((symbol << 5) | length, from, from + (1 << (quickBits - length)))
  }
  return quick
}
