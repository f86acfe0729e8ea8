// One block of 512 bytes → the fields of a tar header: v7, ustar, star and GNU.

import { R2k8sError } from '../../errors.ts'
import type { RawText } from '../entry.ts'
import { corruptWare } from '../ware-problems.ts'
import { readNumber } from './numbers.ts'

export const blockSize = 512

export interface TarHeader {
  readonly name: RawText
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly seconds: number
  /** The type flag: `0`, `5`, `x`, …; `0` also where the header has a NUL. */
  readonly type: string
  readonly target: RawText
  readonly major: number
  readonly minor: number
  /** The whole block, for what only sparse entries have. */
  readonly block: RawText
}

/** `undefined` for a block of zeros. `block` has 512 characters. */
export function readTarHeader(block: RawText): TarHeader | undefined {
  if (block.charCodeAt(0) === 0 && !/[^\0]/.test(block)) return undefined
  if (!hasValidSum(block)) throw corruptWare('a tar header has a wrong checksum')
  const magic = block.slice(257, 263)
  const known = magic === 'ustar\0' || magic === 'ustar '
  const type = block.charAt(156)
  return {
    name: nameOf(block, magic),
    mode: readNumber(block.slice(100, 108), 'mode'),
    uid: readNumber(block.slice(108, 116), 'owner'),
    gid: readNumber(block.slice(116, 124), 'group'),
    size: readNumber(block.slice(124, 136), 'size'),
    seconds: readNumber(block.slice(136, 148), 'mtime'),
    type: type === '\0' ? '0' : type,
    target: untilNul(block.slice(157, 257)),
    major: known ? readNumber(block.slice(329, 337), 'device number') : 0,
    minor: known ? readNumber(block.slice(337, 345), 'device number') : 0,
    block,
  }
}

/** GNU keeps times where POSIX keeps the front of a long name. */
function nameOf(block: RawText, magic: string): RawText {
  const name = untilNul(block.slice(0, 100))
  if (magic !== 'ustar\0' || block.charCodeAt(345) === 0) return name
  const isStar = block.slice(508, 512) === 'tar\0'
  const prefix = untilNul(block.slice(345, isStar ? 476 : 500))
  return `${prefix}/${name}`
}

export function untilNul(field: RawText): RawText {
  const end = field.indexOf('\0')
  return end < 0 ? field : field.slice(0, end)
}

/** Whether a whole block is a header at all, by its checksum. */
export function isTarHeader(block: RawText): boolean {
  try {
    return hasValidSum(block)
  } catch (error) {
    if (error instanceof R2k8sError) return false // the sum is no number
    throw error
  }
}

const eightSpaces = 8 * 0x20

/** Over all bytes, those of the sum itself as spaces; old programs took bytes for signed. */
function hasValidSum(block: RawText): boolean {
  let sum = eightSpaces
  let high = 0
  for (let i = 0; i < blockSize; i++) {
    if (i === 148) i = 156
    const byte = block.charCodeAt(i)
    sum += byte
    if (byte >= 0x80) high++
  }
  const wanted = readNumber(block.slice(148, 156), 'checksum')
  return wanted === sum || wanted === sum - high * 256
}
