// A review as it comes over the wire. A spec that is known already is most of it, and is not read
// again: the review is parsed with a word in its place. Neither are its managed fields, ever.

import { randomUUID } from 'node:crypto'
import { parseJson } from '../json.ts'
import { readAdmissionReview, type AdmissionRequest } from './admission-review.ts'
import { skipArray } from './skip-array.ts'
import { findSpec, type SpelledSpec } from './spelled-spec.ts'
import type { Remembered, VerdictMemory } from './verdict-memory.ts'

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
    const request = remembered.length > 0 ? readAround(body, spec) : undefined
    if (request !== undefined) return { request, body, spec, remembered }
  }
  const read = readWhole(body, spec)
  return 'why' in read ? read : { ...read, body, spec, remembered: [] }
}

export function readWhole(
  body: Buffer,
  spec: SpelledSpec | undefined,
): ReturnType<typeof readAdmissionReview> {
  if (spec === undefined) return parse(body.toString())
  return parse(textBefore(body, spec) + body.toString('utf8', spec.start))
}

/** Nobody outside knows it: where it is found, the spec stood. */
const placeholder = randomUUID()

/** Undefined when what was found is not the spec of the pod. */
function readAround(body: Buffer, spec: SpelledSpec): AdmissionRequest | undefined {
  const tail = body.toString('utf8', spec.end)
  const read = parse(`${textBefore(body, spec)}"${placeholder}"${tail}`)
  if ('why' in read || read.request.object['spec'] !== placeholder) return undefined
  return read.request
}

const managedFields = Buffer.from(',"managedFields":[')

/** Who has set which field is half of a review, and nothing to us. */
function textBefore(body: Buffer, { start }: SpelledSpec): string {
  const from = body.indexOf(managedFields)
  const end =
    from < 0 || from > start
      ? undefined
      : skipArray(body, from + managedFields.length - 1)
  if (end === undefined || end > start) return body.toString('utf8', 0, start)
  return body.toString('utf8', 0, from) + body.toString('utf8', end, start)
}

function parse(text: string): ReturnType<typeof readAdmissionReview> {
  const review = parseJson(text)
  return review === undefined
    ? { why: 'the body is no JSON' }
    : readAdmissionReview(review)
}
