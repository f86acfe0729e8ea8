// Verdicts kept by what they follow from. Pods of one workload have the same spec, so that scaling
// it up rewrites the first two of them and repeats the answer for the others.

import { sameJson } from '../json.ts'
import type { Verdict } from './admission-review.ts'
import { followsFromSpec, type SpelledPod } from './follows-from-spec.ts'
import { ownBytes } from './own-bytes.ts'
import { annotationsRead, type Grounds, type Remembered } from './recall.ts'
import { sameSpec, type SpelledSpec } from './spelled-spec.ts'

export interface VerdictMemory {
  /** Of pods with this spec; {@link recall} tells whether one of them holds. */
  readonly find: (spec: SpelledSpec) => readonly Remembered[]
  /** From the second pod of its kind on, and then frozen. */
  readonly keep: (pod: SpelledPod, grounds: Grounds, verdict: Verdict) => void
}

/** Specs met once are numbers, and cheap. */
const maxSeen = 4096
/** Verdicts of all specs, and of one: in a namespace each, say. */
const maxKept = 1024
const maxForOneSpec = 64
/** Of specs, verdicts and annotations as text; in memory they take some four times as much. */
const maxBytes = 8 * 1024 * 1024
const maxBytesOfOne = maxBytes / 8

interface KeptSpec {
  readonly pieces: readonly Buffer[]
  readonly verdicts: readonly Remembered[]
  readonly bytes: number
}

export function createVerdictMemory(): VerdictMemory {
  /** By checksum, oldest first. Of two specs that share one, the later is kept. */
  const specs = new Map<number, KeptSpec>()
  let bytes = 0
  let kept = 0
  /** Checksums: most pods that are alone stay alone, and cost no more than this. */
  const seen = new Set<number>()

  function isFirstOfItsKind({ checksum }: SpelledSpec): boolean {
    if (seen.has(checksum)) return false
    if (seen.size >= maxSeen) seen.clear()
    seen.add(checksum)
    return true
  }

  function find(spec: SpelledSpec): readonly Remembered[] {
    const known = specs.get(spec.checksum)
    return known && sameSpec(known.pieces, spec.pieces) ? known.verdicts : []
  }

  function forget(checksum: number): void {
    const known = specs.get(checksum)
    if (known === undefined) return
    specs.delete(checksum)
    bytes -= known.bytes
    kept -= known.verdicts.length
  }

  function put(spec: SpelledSpec, verdicts: readonly Remembered[]): void {
    forget(spec.checksum)
    const size = verdicts.reduce((sum, each) => sum + each.bytes, spec.end - spec.start)
    specs.set(spec.checksum, { pieces: spec.pieces.map(ownBytes), verdicts, bytes: size })
    bytes += size
    kept += verdicts.length
    for (const oldest of specs.keys()) {
      if (bytes <= maxBytes && kept <= maxKept) break
      forget(oldest)
    }
  }

  return {
    find,
    keep: (pod, grounds, verdict) => {
      const { spec, request } = pod
      if (spec.end - spec.start > maxBytesOfOne || isFirstOfItsKind(spec)) return
      const annotations = annotationsRead(request)
      const text = JSON.stringify({ verdict, annotations })
      if (annotations === undefined || text.length > maxBytesOfOne) return
      if (!followsFromSpec(text, pod)) return
      Object.freeze(verdict)
      const others = find(spec).filter(
        (known) =>
          known.grounds.namespace !== grounds.namespace ||
          !sameJson(known.annotations, annotations),
      )
      const one = { grounds, annotations, verdict, bytes: text.length }
      put(spec, [one, ...others].slice(0, maxForOneSpec))
    },
  }
}
