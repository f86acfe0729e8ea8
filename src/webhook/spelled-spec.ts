// The spec of a pod as a review spells it, found without reading the review. The pods of a workload
// have it in common to the letter, but for one name: the API server mounts the token of the service
// account from a volume whose name ends in five letters that are drawn for each pod.

import { crc32 } from 'node:zlib'

export interface SpelledSpec {
  /** Where it stands in the review. */
  readonly start: number
  readonly end: number
  /** All of it but the drawn name, in order. */
  readonly pieces: readonly Buffer[]
  /** Of the pieces: who has another one is not the same. */
  readonly checksum: number
}

const before = Buffer.from(',"spec":')
const after = Buffer.from(',"status":')
const quotedPrefix = Buffer.from('"kube-api-access-')
/** Five letters, and the other quotation mark. */
const quotedLength = quotedPrefix.length + 6
const quotationMark = 0x22

/**
 * In the layout of the API server: `{…"metadata":{…},"spec":{…},"status":{…}…}`. Undefined for any
 * other; what is found in a review that was made to mislead may be anything.
 */
export function findSpec(review: Buffer): SpelledSpec | undefined {
  const keyAt = review.indexOf(before)
  const end = review.lastIndexOf(after)
  if (keyAt < 0 || end < keyAt) return undefined
  const start = keyAt + before.length
  const pieces = withoutDrawnName(review.subarray(start, end))
  const checksum = pieces.reduce((sum, piece) => crc32(piece, sum), 0)
  return { start, end, pieces, checksum }
}

/** Equal specs, or specs that become equal when one takes the other's drawn name. */
export function sameSpec(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((piece, i) => b[i]?.equals(piece))
}

/** Without its quotes; undefined where the spec has none. */
export function drawnName(spec: Buffer): string | undefined {
  return quotedName(spec)?.toString('utf8', 1, quotedLength - 1)
}

function quotedName(spec: Buffer): Buffer | undefined {
  const at = spec.indexOf(quotedPrefix)
  if (at < 0) return undefined
  const name = spec.subarray(at, at + quotedLength)
  return name[quotedLength - 1] === quotationMark ? name : undefined
}

function withoutDrawnName(spec: Buffer): Buffer[] {
  const name = quotedName(spec)
  if (name === undefined) return [spec]
  const pieces: Buffer[] = []
  let from = 0
  for (let at = spec.indexOf(name); at >= 0; at = spec.indexOf(name, from)) {
    pieces.push(spec.subarray(from, at))
    from = at + name.length
  }
  return [...pieces, spec.subarray(from)]
}
