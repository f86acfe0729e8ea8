// The index that lies beside a pack (`.idx`, version 2): where the objects of which names begin.

import { corruptWare } from '../ware/ware-problems.ts'
import type { RandomFile } from './random-file.ts'
import { unavailable } from './refusal.ts'

export interface PackIndex {
  readonly findOffset: (id: string) => number | undefined
}

const headSize = 8
const tableStart = headSize + 256 * 4

/** @throws Refusal for an index of another version; R2k8sError ware-corrupt for a damaged one */
export function openPackIndex(file: RandomFile): PackIndex {
  const head = file.read(0, headSize)
  if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) {
    throw unavailable(
      'the index of one of its packs has not the format 2; git repack -ad writes it anew',
    )
  }
  // Kept: it is asked for every object.
  const fanOut = Buffer.from(file.read(headSize, 256 * 4))
  const count = fanOut.readUInt32BE(255 * 4)
  const offsetsStart = tableStart + count * 24
  const longOffsetsStart = offsetsStart + count * 4

  function readOffset(entry: number): number {
    const short = file.read(offsetsStart + entry * 4, 4).readUInt32BE(0)
    if (short < 0x80000000) return short
    const row = file.read(longOffsetsStart + (short - 0x80000000) * 8, 8)
    const offset = Number(row.readBigUInt64BE(0))
    if (Number.isSafeInteger(offset)) return offset
    throw corruptWare('the index of a pack is damaged')
  }

  return {
    findOffset: (id) => {
      const wanted = Buffer.from(id, 'hex')
      const first = wanted[0] ?? 0
      let low = first === 0 ? 0 : fanOut.readUInt32BE((first - 1) * 4)
      let high = Math.min(fanOut.readUInt32BE(first * 4), count)
      while (low < high) {
        const middle = (low + high) >>> 1
        const order = file.read(tableStart + middle * 20, 20).compare(wanted)
        if (order === 0) return readOffset(middle)
        if (order < 0) low = middle + 1
        else high = middle
      }
      return undefined
    },
  }
}
