// Filters by name: which words each takes, when packing and when unpacking.

import { quote } from '../errors.ts'
import { nearestWord } from './nearest-word.ts'
import { parseMtimeWord } from './mtime-word.ts'

export const filterNames = ['uid', 'gid', 'mtime', 'sticky', 'setid', 'dev'] as const
export type FilterName = (typeof filterNames)[number]

export function isFilterName(word: string): word is FilterName {
  return filterNames.some((name) => name === word)
}

/** Packing keeps what is there, unpacking follows what the ware says: two words for one thing. */
export type FilterDirection = 'pack' | 'unpack'

export type FilterPreset = Readonly<Record<FilterName, string>>

/** What holds for names that a document does not mention, by the tool whose default it is. */
export const filterPresets = {
  'pack-conservative': preset('1000', '1000', '@1262304000', 'keep', 'reject', 'reject'),
  'pack-flatten': preset('1000', '1000', '@1262304000', 'keep', 'keep', 'keep'),
  'pack-lossless': preset('keep', 'keep', 'keep', 'keep', 'keep', 'keep'),
  'unpack-low-privilege': preset('mine', 'mine', 'follow', 'follow', 'reject', 'reject'),
  'unpack-conservative': preset(
    'follow',
    'follow',
    'follow',
    'follow',
    'reject',
    'reject',
  ),
  'unpack-lossless': preset('follow', 'follow', 'follow', 'follow', 'follow', 'follow'),
  'warpforge-unpack': preset('0', '0', 'follow', 'follow', 'reject', 'reject'),
  'warpforge-pack': preset('0', '0', '@1262304000', 'keep', 'reject', 'reject'),
} as const

export function whyUnknownFilter(name: string): string {
  const nearest = nearestWord(name, filterNames)
  const hint =
    nearest === undefined
      ? `known are ${filterNames.join(', ')}`
      : `did you mean "${nearest}"?`
  return `${quote(name)} is no filter; ${hint}`
}

/**
 * The word as the identities write it: numbers without leading zeros, times as `@seconds`.
 * Refuses what rio accepts and then panics on: negative numbers and `mtime=now`.
 */
export function readFilterWord(
  name: FilterName,
  word: string,
  direction: FilterDirection,
): { word: string } | { why: string } {
  const words = wordsOf[name][direction]
  if (words.includes(word)) return { word }
  if (name === 'uid' || name === 'gid') {
    if (/^\+?[0-9]{1,12}$/.test(word) && Number(word) <= highestId)
      return { word: String(Number(word)) }
    return {
      why: `${quote(word)} is no ${name}: write ${orList(words)} or a number from 0 to ${highestId}`,
    }
  }
  if (name === 'mtime') {
    const seconds = parseMtimeWord(word)
    if (seconds !== undefined) return { word: `@${seconds}` }
    return {
      why: `${quote(word)} is no mtime: write ${orList(words)}, "@" and unix seconds, or a time like 2010-01-01T00:00:00Z`,
    }
  }
  return { why: `${quote(word)} is no value of ${name}: write ${orList(words)}` }
}

/** The highest 32-bit number means "unchanged" to chown. */
const highestId = 0xffff_fffe

const wordsOf: Readonly<Record<FilterName, Record<FilterDirection, readonly string[]>>> =
  {
    uid: { pack: ['keep'], unpack: ['follow', 'mine'] },
    gid: { pack: ['keep'], unpack: ['follow', 'mine'] },
    mtime: { pack: ['keep'], unpack: ['follow'] },
    sticky: { pack: ['keep', 'ignore'], unpack: ['follow', 'ignore'] },
    setid: { pack: ['keep', 'ignore', 'reject'], unpack: ['follow', 'ignore', 'reject'] },
    dev: { pack: ['keep', 'ignore', 'reject'], unpack: ['follow', 'ignore', 'reject'] },
  }

function orList(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' or ')
}

function preset(
  uid: string,
  gid: string,
  mtime: string,
  sticky: string,
  setid: string,
  dev: string,
): FilterPreset {
  return { uid, gid, mtime, sticky, setid, dev }
}
