// Whether what was said of one pod is true of another that has the same spec.

import { isObject, isString, member, sameJson, type JsonValue } from '../json.ts'
import type { Settings } from '../mutate/settings.ts'
import type { AdmissionRequest, Verdict } from './admission-review.ts'
import type { FormulaSource, FoundFormula } from './formula-source.ts'

/** What besides the pod a verdict depends on: the same objects, or it is no longer true. */
export interface Grounds {
  readonly settings: Settings
  readonly namespace: string
  /** By the names that the pod refers to. */
  readonly formulas: ReadonlyMap<string, FoundFormula>
}

/** What is true now. */
export interface Present {
  readonly settings: Settings
  readonly formulas: Pick<FormulaSource, 'get'>
}

/** What was said of a pod with a certain spec. */
export interface Remembered {
  readonly grounds: Grounds
  /** Those that the rewriter reads; null where there are none at all. */
  readonly annotations: JsonValue
  readonly verdict: Verdict
  /** Of both as text. */
  readonly bytes: number
}

/** The verdict that a pod with this spec would get again; its request needs no spec. */
export function recall(
  remembered: readonly Remembered[],
  request: AdmissionRequest,
  { settings, formulas }: Present,
): Verdict | undefined {
  if (remembered.length === 0) return undefined
  const annotations = annotationsRead(request)
  if (annotations === undefined) return undefined
  const holds = remembered.find(
    ({ grounds, annotations: then }) =>
      grounds.settings === settings &&
      grounds.namespace === request.namespace &&
      sameJson(then, annotations) &&
      hasFormulas(grounds.formulas, request.namespace, formulas),
  )
  return holds?.verdict
}

function hasFormulas(
  then: Grounds['formulas'],
  namespace: string,
  now: Present['formulas'],
): boolean {
  for (const [name, formula] of then) {
    if (now.get(namespace, name) !== formula) return false
  }
  return true
}

/** What the rewriter reads of them; undefined where they are none that the API has. */
export function annotationsRead({ object }: AdmissionRequest): JsonValue | undefined {
  const metadata = member(object, 'metadata')
  const annotations = member(metadata, 'annotations')
  if (annotations === undefined) return isObject(metadata) ? null : undefined
  if (!isObject(annotations)) return undefined
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(annotations)) {
    if (!read.test(name)) continue
    if (!isString(value)) return undefined
    found[name] = value
  }
  return found
}

const read = /^(formula\.)?r2k8s\.io\//
