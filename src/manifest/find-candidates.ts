// Finds the few segments of a stream that are worth parsing. A wrong "maybe" costs a parse, a
// wrong "no" would ship an unresolved reference: every test here errs towards "maybe".

import { Buffer, isUtf8 } from 'node:buffer'

import type { TextProblem } from '../located.ts'
import { asBuffer, segmentAround, type Segment } from './split-stream.ts'

export interface Candidate extends Segment {
  /** Empty when `problem` is set. */
  readonly text: string
  readonly problem: TextProblem | undefined
}

/**
 * The segments in which some `image:` could be a formula reference, in the order of the stream.
 * @example
 * for (const { start, end, text } of findCandidates(bytes)) …
 */
export function findCandidates(bytes: Uint8Array): Generator<Candidate> {
  return findSegments(bytes, [referenceSearches, keySearches])
}

/** The segments that may hold an object of our own API group. */
export function findFormulaObjects(bytes: Uint8Array): Generator<Candidate> {
  return findSegments(bytes, [groupSearches])
}

/** A needle with a cheap look at the bytes around it. Needles start with a rare byte if possible. */
interface Search {
  readonly needle: Buffer
  readonly accepts: (stream: Buffer, at: number) => boolean
  /** The first byte, where most streams do not have it at all. */
  readonly rare: number | undefined
}

function search(needle: string, accepts: Search['accepts'] = () => true): Search {
  const rare = /^[\\!%]/.test(needle) ? needle.charCodeAt(0) : undefined
  return { needle: Buffer.from(needle), accepts, rare }
}

/** Ways to write a character, or to leave a line break out, that hide any text from a search. */
const disguises = ['\\x', '\\u', '\\U', '\\\n', '\\\r', '!!binary', '!<', '%TAG']
const disguiseSearches = disguises.map((needle) => search(needle))

const referenceSearches = [
  search('./', startsValue),
  search('0/', (stream, at) => stream[at - 1] === 0x3a && stream[at - 2] === 0x72),
  search('\\/'),
  search('.formula'), // an image that was meant for a reference is worth a warning
  ...disguiseSearches,
]
const keySearches = [search('ontainers'), ...disguiseSearches]
const groupSearches = [search('2k8s.io'), ...disguiseSearches]

/** A letter, digit or slash before the dots makes them part of a longer path or word. */
function startsValue(stream: Buffer, at: number): boolean {
  const before = stream[stream[at - 1] === 0x2e ? at - 2 : at - 1] ?? 0x20
  return !(
    before === 0x2f ||
    (before >= 0x30 && before <= 0x39) ||
    ((before | 0x20) >= 0x61 && (before | 0x20) <= 0x7a)
  )
}

function* findSegments(
  bytes: Uint8Array,
  needs: readonly (readonly Search[])[],
): Generator<Candidate> {
  const stream = asBuffer(bytes)
  if (isUtf16(stream)) {
    yield { start: 0, end: stream.length, text: '', problem: utf16Problem }
    return
  }
  const next = nextHitIn(stream)
  for (let floor = 0; floor < stream.length;) {
    const segment = nextSegment(stream, floor, { needs, next })
    if (segment === undefined) return
    floor = segment.end
    if (segment.meetsAll) yield decode(stream, segment)
  }
}

/** The segment of the furthest first hit: no earlier one can meet every need. */
function nextSegment(
  stream: Buffer,
  floor: number,
  { needs, next }: { needs: readonly (readonly Search[])[]; next: NextHit },
): (Segment & { meetsAll: boolean }) | undefined {
  let furthest = floor
  for (const need of needs) {
    furthest = Math.max(furthest, next(need, floor))
    if (furthest === Infinity) return undefined
  }
  const segment = segmentAround(stream, floor, furthest)
  const meetsAll = needs.every((need) => next(need, segment.start) < segment.end)
  return { ...segment, meetsAll }
}

/** First hit of any of the searches at or after an offset; Infinity without one. */
type NextHit = (searches: readonly Search[], from: number) => number

/** The offsets asked for only grow, so each search runs over the stream once. */
function nextHitIn(stream: Buffer): NextHit {
  const hits = new Map<Search | number, number>()
  return (searches, from) => {
    let first = Infinity
    for (const each of searches) first = Math.min(first, advance(each, from))
    return first
  }

  function advance(each: Search, from: number): number {
    const known = hits.get(each) ?? -1
    if (known >= from) return known
    const start = each.rare === undefined ? from : advanceByte(each.rare, from)
    const hit = start === Infinity ? start : nextHit(stream, each, start)
    hits.set(each, hit)
    return hit
  }

  /** Needles with the same rare first byte share one search for it. */
  function advanceByte(byte: number, from: number): number {
    const known = hits.get(byte) ?? -1
    if (known >= from) return known
    const at = stream.indexOf(byte, from)
    const hit = at === -1 ? Infinity : at
    hits.set(byte, hit)
    return hit
  }
}

function nextHit(stream: Buffer, { needle, accepts }: Search, from: number): number {
  let at = stream.indexOf(needle, from)
  while (at !== -1 && !accepts(stream, at)) at = stream.indexOf(needle, at + 1)
  return at === -1 ? Infinity : at
}

/**
 * Of one document in bytes. The API server takes requests of 3 MiB, so nothing that is larger than
 * this, comments included, is worth the time and memory to read it.
 */
export const maxDocumentSize = 8 * 1024 * 1024

function decode(stream: Buffer, { start, end }: Segment): Candidate {
  if (end - start > maxDocumentSize) {
    const message = `the document has ${end - start} bytes, and ${maxDocumentSize} (8 MiB) are the limit`
    return { start, end, text: '', problem: { message, offset: 0 } }
  }
  const bytes = stream.subarray(start, end)
  if (isUtf8(bytes))
    return { start, end, text: bytes.toString('utf8'), problem: undefined }
  const message = 'the text is not valid UTF-8'
  return { start, end, text: '', problem: { message, offset: 0 } }
}

function isUtf16(stream: Buffer): boolean {
  const [first, second] = stream
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

const utf16Problem: TextProblem = {
  message: 'the text is UTF-16; convert it to UTF-8 first',
  offset: 0,
}
