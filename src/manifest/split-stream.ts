// Cuts the bytes of a manifest stream into its YAML documents by looking for marker lines only.
// Nothing is decoded or parsed here: YAML itself gives `---` and `...` at column 0 their meaning
// even inside block scalars, so the cut needs no context.

import { Buffer } from 'node:buffer'

/** Half-open range of byte offsets into the stream. */
export interface Segment {
  readonly start: number
  readonly end: number
}

/**
 * The segments tile the stream: put together again they are the input. Each holds at most one
 * document, with the directives and comments that stand before its `---`.
 * @example
 * splitStream(Buffer.from('a: 1\n---\nb: 2\n')) // [{ start: 0, end: 5 }, { start: 5, end: 14 }]
 */
export function splitStream(bytes: Uint8Array): Segment[] {
  const stream = asBuffer(bytes)
  const segments: Segment[] = []
  for (let start = 0; start < stream.length;) {
    const end = segmentEnd(stream, start, start)
    segments.push({ start, end })
    start = end
  }
  return segments
}

/** The segment around `hit`; `floor` is where an earlier segment ended, and bounds the search. */
export function segmentAround(stream: Buffer, floor: number, hit: number): Segment {
  const start = segmentStart(stream, floor, hit)
  return { start, end: segmentEnd(stream, start, hit) }
}

/** The same memory as a Buffer, for its searches. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const startMarker = Buffer.from('\n---')
const endMarker = Buffer.from('\n...')
const newline = 0x0a

function segmentStart(stream: Buffer, floor: number, hit: number): number {
  const opened = lastMarker(stream, startMarker, floor, hit)
  const closed = lastMarker(stream, endMarker, opened ?? floor, hit)
  if (closed !== undefined) return lineEnd(stream, closed)
  return opened === undefined ? floor : prologueStart(stream, floor, opened)
}

/** Directives and comments before a `---` are its own when nothing but a `...` precedes them. */
function prologueStart(stream: Buffer, floor: number, opened: number): number {
  let start = opened
  while (start > floor) {
    const before = start < 2 ? -1 : stream.lastIndexOf(newline, start - 2)
    const previous = Math.max(before + 1, floor)
    if (isMarker(stream, previous) && stream[previous] === 0x2e) return start
    if (!isPrologueLine(stream, previous)) return opened
    start = previous
  }
  return start
}

function segmentEnd(stream: Buffer, start: number, from: number): number {
  if (stream[start] === 0x2e && isMarker(stream, start)) return lineEnd(stream, start)
  let opened = nextMarker(stream, startMarker, from, stream.length)
  const closed = nextMarker(stream, endMarker, from, opened)
  if (closed < opened) return lineEnd(stream, closed)
  if (opened < stream.length && isPrologue(stream, start, opened)) {
    const body = lineEnd(stream, opened) - 1
    opened = nextMarker(stream, startMarker, body, stream.length)
    const end = nextMarker(stream, endMarker, body, opened)
    if (end < opened) return lineEnd(stream, end)
  }
  return opened
}

function isPrologue(stream: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at = lineEnd(stream, at)) {
    if (!isPrologueLine(stream, at)) return false
  }
  return true
}

/** Blank, a comment or a directive. A byte order mark does not count. */
function isPrologueLine(stream: Buffer, start: number): boolean {
  let at =
    stream.readUIntBE(start, Math.min(3, stream.length - start)) === 0xefbbbf
      ? start + 3
      : start
  if (stream[at] === 0x25) return true
  while (stream[at] === 0x20 || stream[at] === 0x09) at++
  const char = stream[at]
  return char === undefined || char === newline || char === 0x0d || char === 0x23
}

/** Offset of the first marker line below the line of `from`, else `limit`. */
function nextMarker(stream: Buffer, marker: Buffer, from: number, limit: number): number {
  const region = stream.subarray(from, limit)
  let at = region.indexOf(marker)
  while (at !== -1 && !isMarker(stream, from + at + 1))
    at = region.indexOf(marker, at + 4)
  return at === -1 ? limit : from + at + 1
}

/** Like all searches with a limit on a `subarray`: else it could run through the whole stream. */
function lastMarker(
  stream: Buffer,
  marker: Buffer,
  floor: number,
  hit: number,
): number | undefined {
  // With the line break before `floor`, so that a marker at `floor` itself is found.
  const from = Math.max(0, floor - 1)
  const region = stream.subarray(from, hit)
  let at = region.lastIndexOf(marker)
  while (at !== -1 && !isMarker(stream, from + at + 1)) {
    at = at === 0 ? -1 : region.lastIndexOf(marker, at - 1)
  }
  if (at !== -1) return from + at + 1
  return floor === 0 && stream[0] === marker[1] && isMarker(stream, 0) ? 0 : undefined
}

/** `---` or `...` counts only with white space or the end of the line behind it. */
function isMarker(stream: Buffer, at: number): boolean {
  const first = stream[at]
  if (first !== 0x2d && first !== 0x2e) return false
  if (stream[at + 1] !== first || stream[at + 2] !== first) return false
  const next = stream[at + 3]
  return (
    next === undefined ||
    next === 0x20 ||
    next === 0x09 ||
    next === newline ||
    next === 0x0d
  )
}

function lineEnd(stream: Buffer, at: number): number {
  const end = stream.indexOf(newline, at)
  return end === -1 ? stream.length : end + 1
}
