// Sparse entries of GNU tar, in its four formats: where the bytes that are there belong.

import type { RawText } from '../entry.ts'
import { corruptWare } from '../ware-problems.ts'
import { readDecimal, readNumber } from './numbers.ts'
import type { PaxRecords } from './pax-records.ts'

export interface Fragment {
  readonly offset: number
  readonly length: number
}

export interface SparseMap {
  /** Bytes of the file with its holes. */
  readonly size: number
  readonly fragments: readonly Fragment[]
}

const maxFragments = 1_000_000

/** Old GNU (type `S`): four fragments in the header, more in blocks behind it. */
export function readOldSparse(block: RawText): {
  size: number
  fragments: Fragment[]
  more: boolean
} {
  return {
    size: readNumber(block.slice(483, 495), 'size'),
    fragments: readFragments(block, 386, 4),
    more: block.charCodeAt(482) !== 0,
  }
}

/** One of those blocks: 21 fragments, and whether another follows. */
export function readSparseBlock(block: RawText): {
  fragments: Fragment[]
  more: boolean
} {
  return { fragments: readFragments(block, 0, 21), more: block.charCodeAt(504) !== 0 }
}

function readFragments(block: RawText, at: number, count: number): Fragment[] {
  const fragments: Fragment[] = []
  for (let i = 0; i < count; i++) {
    const start = at + i * 24
    if (block.charCodeAt(start) === 0) break
    fragments.push({
      offset: readNumber(block.slice(start, start + 12), 'sparse map'),
      length: readNumber(block.slice(start + 12, start + 24), 'sparse map'),
    })
  }
  return fragments
}

/** pax formats 0.0 and 0.1, whose map stands in the header; `undefined` when it is none of them. */
export function readPaxSparse({
  values,
  sparsePairs,
}: PaxRecords): SparseMap | undefined {
  const size = values.get('GNU.sparse.size')
  if (size === undefined) return undefined
  const map = values.get('GNU.sparse.map')
  const words = map === undefined ? sparsePairs : map === '' ? [] : map.split(',')
  const numbers = words.map((word) => readDecimal(word, 'sparse map'))
  return { size: readDecimal(size, 'size'), fragments: pair(numbers) }
}

/** pax format 1.0: the map stands ahead of the data, one number a line, filled up to a block. */
export function isSparseWithMapInData({ values }: PaxRecords): boolean {
  return values.get('GNU.sparse.major') === '1' && values.get('GNU.sparse.minor') === '0'
}

/** Takes such a map block by block. */
export interface SparseMapReader {
  /** The fragments, once the map is whole. */
  readonly push: (block: RawText) => readonly Fragment[] | undefined
}

export function createSparseMapReader(): SparseMapReader {
  const numbers: number[] = []
  let count: number | undefined
  let rest = ''
  return {
    push: (block) => {
      const lines = (rest + block).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (count === undefined) count = readDecimal(line, 'sparse map')
        else if (numbers.length < 2 * count) numbers.push(readDecimal(line, 'sparse map'))
      }
      if (count !== undefined && count > maxFragments) {
        throw corruptWare('a sparse map has too many fragments')
      }
      if (count !== undefined && numbers.length === 2 * count) return pair(numbers)
      if (rest.length > longestNumber) throw corruptWare('a sparse map is malformed')
      return undefined
    },
  }
}

const longestNumber = 24

function pair(numbers: readonly number[]): Fragment[] {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * maxFragments) {
    throw corruptWare('a sparse map is malformed')
  }
  const fragments: Fragment[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    fragments.push({ offset: numbers[i] ?? 0, length: numbers[i + 1] ?? 0 })
  }
  return fragments
}

/**
 * The fragments that hold bytes, in order; refuses those that overlap, leave the file, or do not sum
 * up to the bytes that are stored.
 */
export function checkSparseMap(
  { size, fragments }: SparseMap,
  stored: number,
): SparseMap {
  let end = 0
  let sum = 0
  for (const { offset, length } of fragments) {
    if (offset < end || offset + length > size) {
      throw corruptWare('a sparse map has fragments that overlap or leave the file')
    }
    end = offset + length
    sum += length
  }
  if (sum !== stored)
    throw corruptWare('a sparse map does not match the bytes that are stored')
  return { size, fragments: fragments.filter(({ length }) => length > 0) }
}
