// Verdicts kept by what they follow from. Pods of one workload have the same spec, so that scaling
// it up rewrites the first two of them and repeats the answer for the others.

import { isObject, member, parseJson, sameJson, type JsonValue } from '../json.ts'
import type { Settings } from '../mutate/settings.ts'
import type { AdmissionRequest, Verdict } from './admission-review.ts'
import type { FormulaSource, FoundFormula } from './formula-source.ts'
import { drawnName, sameSpec, type SpelledSpec } from './spelled-spec.ts'

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
  readonly annotations: JsonValue
  readonly verdict: Verdict
}

export interface VerdictMemory {
  /** Of pods with this spec; {@link recall} tells whether one of them holds. */
  readonly find: (spec: SpelledSpec) => readonly Remembered[]
  /** From the second pod of its kind on, and then frozen. */
  readonly keep: (pod: SpelledPod, grounds: Grounds, verdict: Verdict) => void
}

/** A request, and where its body has the spec. */
export interface SpelledPod {
  readonly request: AdmissionRequest
  readonly body: Buffer
  readonly spec: SpelledSpec
}

/** Specs met once are numbers, and cheap. */
const maxSeen = 4096
const maxKept = 1024
/** Of all specs that are kept. */
const maxBytes = 8 * 1024 * 1024
/** In a namespace each, say. */
const maxForOneSpec = 4

interface KeptSpec {
  readonly pieces: readonly Buffer[]
  readonly bytes: number
  readonly verdicts: readonly Remembered[]
}

export function createVerdictMemory(): VerdictMemory {
  /** By checksum, oldest first. Of two specs that share one, the later is kept. */
  const specs = new Map<number, KeptSpec>()
  let bytes = 0
  /** Checksums: most pods that are alone stay alone, and cost no more than this. */
  const seen = new Set<number>()

  function isFirstOfItsKind({ checksum }: SpelledSpec): boolean {
    if (seen.has(checksum)) return false
    if (seen.size >= maxSeen) seen.clear()
    seen.add(checksum)
    return true
  }

  function find(spec: SpelledSpec): readonly Remembered[] {
    const kept = specs.get(spec.checksum)
    return kept !== undefined && sameSpec(kept.pieces, spec.pieces) ? kept.verdicts : []
  }

  function forget(checksum: number): void {
    bytes -= specs.get(checksum)?.bytes ?? 0
    specs.delete(checksum)
  }

  return {
    find,
    keep: ({ request, body, spec }, grounds, verdict) => {
      const size = spec.end - spec.start
      if (size > maxBytes || isFirstOfItsKind(spec)) return
      if (!followsFrom(body.subarray(spec.start, spec.end), request, verdict)) return
      Object.freeze(verdict)
      const annotations = annotationsRead(request)
      const others = find(spec).filter(
        (known) =>
          known.grounds.namespace !== grounds.namespace ||
          !sameJson(known.annotations, annotations),
      )
      const verdicts = [{ grounds, annotations, verdict }, ...others]
      forget(spec.checksum)
      specs.set(spec.checksum, {
        pieces: spec.pieces.map((piece) => Buffer.from(piece)), // not the whole request
        bytes: size,
        verdicts: verdicts.slice(0, maxForOneSpec),
      })
      bytes += size
      for (const oldest of specs.keys()) {
        if (bytes <= maxBytes && specs.size <= maxKept) break
        forget(oldest)
      }
    },
  }
}

/** The verdict that a pod with this spec would get again; its request needs no spec. */
export function recall(
  remembered: readonly Remembered[],
  request: AdmissionRequest,
  { settings, formulas }: Present,
): Verdict | undefined {
  if (remembered.length === 0) return undefined
  const annotations = annotationsRead(request)
  const holds = remembered.find(
    ({ grounds, annotations: then }) =>
      grounds.settings === settings &&
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

/** Whether the spec is what was cut out, and its verdict the same for whatever name was drawn. */
function followsFrom(
  spec: Buffer,
  { object }: AdmissionRequest,
  verdict: Verdict,
): boolean {
  const parsed = parseJson(spec.toString())
  if (parsed === undefined || !sameJson(parsed, member(object, 'spec') ?? null))
    return false
  const name = drawnName(spec)
  return name === undefined || !JSON.stringify(verdict).includes(name)
}

/** What the rewriter reads of them, and whether there are any to add to. */
function annotationsRead({ object }: AdmissionRequest): JsonValue {
  const metadata = member(object, 'metadata')
  const annotations = member(metadata, 'annotations')
  if (!isObject(annotations)) return isObject(metadata)
  const names = Object.keys(annotations).filter((name) => name.includes('r2k8s.io/'))
  return Object.fromEntries(names.map((name) => [name, annotations[name] ?? null]))
}
