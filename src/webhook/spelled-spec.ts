// The spec of a pod as a review spells it, found without reading the review. The pods of a workload
// have it in common to the letter, but for one name: the API server mounts the token of the service
// account from a volume whose name ends in five characters that are drawn for each pod.

import { crc32 } from 'node:zlib'

export interface SpelledSpec {
  /** Where it stands in the review. */
  readonly start: number
  readonly end: number
  /** All of it but the drawn name, in order. */
  readonly pieces: readonly Buffer[]
  /** Of the pieces: who has another one is not the same. */
  readonly checksum: number
  /** Undefined where the spec has none. */
  readonly drawnName: string | undefined
}

const before = Buffer.from(',"spec":')
const after = Buffer.from(',"status":')

/**
 * In the layout of the API server: `{…"metadata":{…},"spec":{…},"status":{…}…}`. Undefined for any
 * other; what is found in a review that was made to mislead may be anything.
 */
export function findSpec(review: Buffer): SpelledSpec | undefined {
  const keyAt = review.indexOf(before)
  const end = review.lastIndexOf(after)
  if (keyAt < 0 || end < keyAt) return undefined
  const start = keyAt + before.length
  const spec = review.subarray(start, end)
  const name = findDrawnName(spec)
  const pieces = name === undefined ? [spec] : splitAt(spec, name)
  if (pieces === undefined) return undefined
  const checksum = pieces.reduce((sum, piece) => crc32(piece, sum), 0)
  const drawnName = name?.toString('latin1', 1, name.length - 1)
  return { start, end, pieces, checksum, drawnName }
}

/** Equal specs, or specs that become equal when one takes the other's drawn name. */
export function sameSpec(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((piece, i) => b[i]?.equals(piece))
}

const prefix = Buffer.from('"kube-api-access-')
/** Which Kubernetes draws from: apimachinery, pkg/util/rand. */
const drawn = /^[bcdfghjklmnpqrstvwxz2456789]{5}"$/

/** With its quotation marks. */
function findDrawnName(spec: Buffer): Buffer | undefined {
  const at = spec.indexOf(prefix)
  if (at < 0) return undefined
  const name = spec.subarray(at, at + prefix.length + 6)
  return drawn.test(name.toString('latin1', prefix.length)) ? name : undefined
}

/** A volume, and a mount in each container. */
const mostPieces = 128

function splitAt(spec: Buffer, name: Buffer): Buffer[] | undefined {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = spec.indexOf(name); at >= 0; at = spec.indexOf(name, from)) {
    if (pieces.length === mostPieces) return undefined
    pieces.push(spec.subarray(from, at))
    from = at + name.length
  }
  pieces.push(spec.subarray(from))
  return pieces
}
