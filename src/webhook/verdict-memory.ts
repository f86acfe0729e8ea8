// Verdicts kept by what they follow from. Pods of one workload have the same spec to the letter, so
// that scaling it up rewrites the first two of them and repeats the answer for the others.

import { hashText } from '../hash-text.ts'
import { isObject, member, sameJson, type JsonValue } from '../json.ts'
import type { FormulaLookup } from '../mutate/prepared-formula.ts'
import type { Settings } from '../mutate/settings.ts'
import type { AdmissionRequest, Verdict } from './admission-review.ts'

/** What besides the pod a verdict depends on: the same objects, or it is no longer true. */
export interface Grounds {
  readonly settings: Settings
  readonly lookup: FormulaLookup
}

export interface VerdictMemory {
  readonly recall: (pod: PodText, grounds: Grounds) => Verdict | undefined
  /** From the second pod of its kind on, and then frozen. */
  readonly keep: (pod: PodText, grounds: Grounds, verdict: Verdict) => void
}

/** All of a pod that the rewriter looks at, undefined where it is not laid out as expected. */
export interface PodText {
  readonly request: AdmissionRequest
  /** As the request spells it. */
  readonly spec: string | undefined
}

interface Remembered extends Grounds {
  readonly annotations: JsonValue
  readonly verdict: Verdict
}

const maxSeen = 1024
/** Characters of all keys together. */
const maxKept = 8 * 1024 * 1024

export function createVerdictMemory(): VerdictMemory {
  const verdicts = new Map<string, Remembered>()
  let kept = 0
  /** Hashes of specs met once: most pods that are alone stay alone, and cost no more than this. */
  const seen = new Set<number>()

  function isFirstOfItsKind(spec: string): boolean {
    // A sample will do: who shares a hash with another is only kept one pod too early.
    const hash = hashText(spec, Math.max(1, spec.length >> 10))
    if (seen.has(hash)) return false
    if (seen.size >= maxSeen) seen.clear()
    seen.add(hash)
    return true
  }

  function makeRoomFor(spec: string): void {
    kept += spec.length
    if (kept <= maxKept) return
    verdicts.clear()
    kept = spec.length
  }

  return {
    recall: ({ request, spec }, { settings, lookup }) => {
      const known = spec === undefined ? undefined : verdicts.get(spec)
      if (known?.settings !== settings) return undefined
      if (!sameJson(known.annotations, annotationsOf(request))) return undefined
      return sameFormulas(known.lookup, lookup) ? known.verdict : undefined
    },
    keep: ({ request, spec }, grounds, verdict) => {
      if (spec === undefined || spec.length > maxKept) return
      if (isFirstOfItsKind(spec) || !isSpecOf(spec, request)) return
      Object.freeze(verdict)
      const annotations = annotationsOf(request)
      if (!verdicts.has(spec)) makeRoomFor(spec)
      verdicts.set(copyOf(spec), { ...grounds, annotations, verdict })
    },
  }
}

const before = ',"spec":'
const after = ',"status":'

/** In the layout of the API server: `{…"metadata":{…},"spec":{…},"status":{…}…}`. */
export function podText(request: AdmissionRequest): PodText {
  const { text, object } = request
  const start = text.indexOf(before)
  const end = text.lastIndexOf(after)
  const isPod = object['kind'] === 'Pod' && isObject(object['metadata'])
  if (!isPod || start < 0 || end < start) return { request, spec: undefined }
  return { request, spec: text.slice(start + before.length, end) }
}

/** Whether what was cut out is the spec. Who asks later with the same text has the same spec. */
function isSpecOf(spec: string, { object }: AdmissionRequest): boolean {
  try {
    return sameJson(JSON.parse(spec) as JsonValue, member(object, 'spec') ?? null)
  } catch {
    return false
  }
}

function annotationsOf({ object }: AdmissionRequest): JsonValue {
  return member(member(object, 'metadata'), 'annotations') ?? null
}

function sameFormulas(a: FormulaLookup, b: FormulaLookup): boolean {
  return a.size === b.size && [...a].every(([image, formula]) => b.get(image) === formula)
}

/** A cut-out text would hold on to the whole request. */
function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
