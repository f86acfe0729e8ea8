// Ware IDs: `packtype:hash`, in the two hash spaces that share the spelling `tar:`.

import { quote } from '../errors.ts'
import { decodeBase58 } from './base58.ts'
import { nearestWord } from './nearest-word.ts'

/**
 * Which function made the hash. A legacy and a Timeless hash of the same files differ, so two
 * wares may only be compared within one space.
 */
export type HashSpace = 'timeless' | 'legacy' | 'git'

export interface WareId {
  readonly packtype: Packtype
  /** Only characters of the alphabet of its space: safe as part of a path, a URL or a tag. */
  readonly hash: string
  readonly space: HashSpace
}

const spacesOf = {
  tar: ['timeless', 'legacy'],
  zip: ['timeless'],
  git: ['git'],
  // Kinds of legacy formulas: a directory or a store instead of a packing, one plain file.
  dir: ['legacy'],
  s3: ['legacy'],
  gs: ['legacy'],
  file: ['legacy'],
} as const

export type Packtype = keyof typeof spacesOf

/**
 * A ware that can be fetched, or why the text names none.
 * @example
 * parseWareId('git:0123456789012345678901234567890123456789')
 */
export function parseWareId(text: string): { wareId: WareId } | { why: string } {
  const colon = text.indexOf(':')
  if (colon < 0) {
    return { why: `${quote(text)} is no ware ID: it has the form "packtype:hash"` }
  }
  return makeWareId(text.slice(0, colon), text.slice(colon + 1))
}

/** The same from two parts, as legacy formulas keep them. */
export function makeWareId(
  packtype: string,
  hash: string,
): { wareId: WareId } | { why: string } {
  if (!isPacktype(packtype)) {
    const known = Object.keys(spacesOf)
    const nearest = nearestWord(packtype, known)
    const hint =
      nearest === undefined
        ? `known are ${known.join(', ')}`
        : `did you mean "${nearest}"?`
    return { why: `${quote(packtype)} is no packtype; ${hint}` }
  }
  if (hash === '' || hash === '-') {
    return { why: `"${packtype}:${hash}" is the blank ware: there is nothing to fetch` }
  }
  const space = spacesOf[packtype].find((candidate) => isHashOf(candidate, hash))
  if (space === undefined) return { why: explainHash(packtype, hash) }
  return { wareId: { packtype, hash, space } }
}

export function formatWareId(wareId: { packtype: string; hash: string }): string {
  return `${wareId.packtype}:${wareId.hash}`
}

/** What packing a path gave: a ware, or the blank one of a path that was never made. */
export type WareResult =
  | ({ readonly kind: 'ware' } & WareId)
  | { readonly kind: 'blank'; readonly packtype: Packtype; readonly hash: '-' }

/** Only for reading results: `tar:-` stands in run records, never among inputs. */
export function parseWareResult(text: string): { result: WareResult } | { why: string } {
  const blank = /^([A-Za-z0-9]+):-$/.exec(text)?.[1]
  if (blank !== undefined && isPacktype(blank)) {
    return { result: { kind: 'blank', packtype: blank, hash: '-' } }
  }
  const parsed = parseWareId(text)
  return 'why' in parsed ? parsed : { result: { kind: 'ware', ...parsed.wareId } }
}

export function isPacktype(word: string): word is Packtype {
  return Object.hasOwn(spacesOf, word)
}

const hashBytes = 48
/** 48 bytes never need more base58 digits; checked first, since decoding is quadratic. */
const longestTimelessHash = 66
const legacyHash = /^[A-Za-z0-9_-]{64}$/
const gitHash = /^[0-9a-f]{40}$/

function isHashOf(space: HashSpace, hash: string): boolean {
  switch (space) {
    case 'timeless':
      return (
        hash.length <= longestTimelessHash && decodeBase58(hash)?.length === hashBytes
      )
    case 'legacy':
      return legacyHash.test(hash)
    case 'git':
      return gitHash.test(hash)
  }
}

const hashForms: Readonly<Record<HashSpace, string>> = {
  timeless: 'base58 of 48 bytes (65 or 66 characters)',
  legacy: '64 characters of URL-safe base64 (legacy)',
  git: '40 lower-case hexadecimal digits',
}

function explainHash(packtype: Packtype, hash: string): string {
  const forms = spacesOf[packtype].map((space) => hashForms[space]).join(' or ')
  return `${quote(hash)} (${hash.length} characters) is no hash of a ${packtype} ware: that is ${forms}`
}
