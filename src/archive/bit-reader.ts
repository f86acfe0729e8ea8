// Bits of a byte array, the highest of each byte first.

import { corruptWare } from '../ware/ware-problems.ts'

export interface BitReader {
  /** At most 24 bits. @throws R2k8sError ware-corrupt behind the last byte */
  readonly read: (bits: number) => number
  /** The next bits without taking them; zeros behind the last byte. At most 24. */
  readonly peek: (bits: number) => number
  readonly skip: (bits: number) => void
  readonly alignToByte: () => void
  readonly bitsTaken: () => number
}

export function createBitReader(bytes: Uint8Array): BitReader {
  let at = 0
  let held = 0
  let count = 0

  function fill(bits: number): void {
    while (count < bits) {
      held = ((held << 8) | (bytes[at] ?? 0)) & 0x7fff_ffff
      at++
      count += 8
    }
  }

  function peek(bits: number): number {
    fill(bits)
    return (held >>> (count - bits)) & ((1 << bits) - 1)
  }

  function skip(bits: number): void {
    count -= bits
    held &= (1 << count) - 1
    if (at - (count >>> 3) > bytes.length)
      throw corruptWare('the archive ends in the middle')
  }

  return {
    peek,
    skip,
    read: (bits) => {
      const value = peek(bits)
      skip(bits)
      return value
    },
    alignToByte: () => {
      skip(count & 7)
    },
    bitsTaken: () => at * 8 - count,
  }
}
