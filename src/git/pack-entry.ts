// The head of one entry of a pack: what it is, how long, and what it is a delta of.

import { corruptWare } from '../ware/ware-problems.ts'
import type { ObjectType } from './content.ts'
import type { RandomFile } from './random-file.ts'

export type EntryHead = {
  /** Of the inflated data: the object, or the delta. */
  readonly size: number
  /** Where the deflated data begins. */
  readonly start: number
} & (
  | { readonly kind: 'whole'; readonly type: ObjectType }
  | { readonly kind: 'offset-delta'; readonly base: number }
  | { readonly kind: 'id-delta'; readonly base: string }
)

const wholeTypes: readonly (ObjectType | undefined)[] = [
  undefined,
  'commit',
  'tree',
  'blob',
  'tag',
]
const longestHead = 40

/** @param offset of the entry */
export function readEntryHead(file: RandomFile, offset: number): EntryHead {
  const bytes = file.readUpTo(offset, longestHead)
  let at = 0
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw broken('has a head without end')
    return byte
  }
  const first = next()
  const number = (first >> 4) & 7
  const size = readSize(first, next)
  const type = wholeTypes[number]
  if (type !== undefined) return { kind: 'whole', type, size, start: offset + at }
  if (number === 6) {
    const base = offset - readDistance(next)
    // 12: behind the head of the pack.
    if (base < 12 || base >= offset) throw broken('is a delta of what lies nowhere')
    return { kind: 'offset-delta', base, size, start: offset + at }
  }
  if (number !== 7) throw broken(`has the unknown type ${number}`)
  const id = bytes.subarray(at, at + 20)
  if (id.length < 20) throw broken('has a head without end')
  return {
    kind: 'id-delta',
    base: id.toString('hex'),
    size,
    start: offset + at + 20,
  }
}

/** Four bits, then seven a byte, the lowest first. */
function readSize(first: number, next: () => number): number {
  let size = first & 0x0f
  let byte = first
  for (let factor = 16; (byte & 0x80) !== 0; factor *= 128) {
    byte = next()
    size += (byte & 0x7f) * factor
    if (!Number.isSafeInteger(size)) throw broken('announces an impossible size')
  }
  return size
}

/** Seven bits a byte, the highest first, one added at each step. */
function readDistance(next: () => number): number {
  let byte = next()
  let distance = byte & 0x7f
  while ((byte & 0x80) !== 0) {
    byte = next()
    distance = (distance + 1) * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(distance)) throw broken('is a delta of what lies nowhere')
  }
  return distance
}

function broken(why: string) {
  return corruptWare(`an entry of the pack ${why}`)
}
