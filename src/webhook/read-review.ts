// A review as it comes over the wire. A spec that is known already is most of it, and is not read again.

import type { AdmissionRequest } from './admission-review.ts'
import { parseAround, parseReview } from './parse-review.ts'
import { findSpec, type SpelledSpec } from './spelled-spec.ts'
import type { Remembered } from './recall.ts'
import type { VerdictMemory } from './verdict-memory.ts'

export interface Review {
  /** Its object has a spec only where nothing is remembered of it. */
  readonly request: AdmissionRequest
  readonly body: Buffer
  readonly spec: SpelledSpec | undefined
  readonly remembered: readonly Remembered[]
}

/** `why` tells a caller that sent something else; nothing of the body is repeated. */
export type ReadReview = Review | { readonly why: string }

export function readReview(body: Buffer, memory: VerdictMemory): ReadReview {
  const spec = findSpec(body)
  if (spec !== undefined) {
    const remembered = memory.find(spec)
    const request = remembered.length > 0 ? parseAround(body, spec) : undefined
    if (request !== undefined) return { request, body, spec, remembered }
  }
  const read = parseReview(body, spec)
  return 'why' in read ? read : { ...read, body, spec, remembered: [] }
}

/** The same with the spec, where that was left out. */
export function withSpec(review: Review): Review {
  if (review.remembered.length === 0) return review
  const read = parseReview(review.body, review.spec)
  // Both the spec and what is around it are JSON: that is how it was found.
  if ('why' in read) throw new Error(`a review is none with its spec: ${read.why}`)
  return { ...review, ...read }
}
