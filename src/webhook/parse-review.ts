// A review's text as JSON, without what nobody reads: the managed fields, and a spec that is known.

import { randomUUID } from 'node:crypto'
import { parseJson } from '../json.ts'
import { readAdmissionReview } from './admission-review.ts'
import type { AdmissionRequest, ParsedReview } from './admission-review.ts'
import { skipArray } from './skip-array.ts'
import type { SpelledSpec } from './spelled-spec.ts'

/** @param spec where it is, undefined when that is not known */
export function parseReview(body: Buffer, spec: SpelledSpec | undefined): ParsedReview {
  if (spec === undefined) return parse(body.toString())
  return parse(textBefore(body, spec) + body.toString('utf8', spec.start))
}

/** Nobody outside knows it: where it is found, the spec stood. */
const placeholder = randomUUID()

/** With a word in the place of the spec; undefined when what was found is not the spec of the pod. */
export function parseAround(
  body: Buffer,
  spec: SpelledSpec,
): AdmissionRequest | undefined {
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

function parse(text: string): ParsedReview {
  const review = parseJson(text)
  return review === undefined
    ? { why: 'the body is no JSON' }
    : readAdmissionReview(review)
}
