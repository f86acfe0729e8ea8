// Whether a verdict holds for all pods whose spec is the same but for the name that was drawn.

import { memberArray, memberString, parseJson, type JsonValue } from '../json.ts'
import { containerLists } from '../mutate/find-pod-specs.ts'
import type { AdmissionRequest } from './admission-review.ts'
import { parseAround } from './parse-review.ts'
import type { SpelledSpec } from './spelled-spec.ts'

/** A request, and where its body has the spec. */
export interface SpelledPod {
  readonly request: AdmissionRequest
  readonly body: Buffer
  readonly spec: SpelledSpec
}

/**
 * Whether the spec is what was cut out, and the verdict is the same whatever name was drawn: of names
 * of volumes the rewriter asks only which mounts have the same.
 */
export function followsFromSpec(verdict: string, { body, spec }: SpelledPod): boolean {
  const text = body.toString('utf8', spec.start, spec.end)
  const parsed = parseJson(text)
  if (parsed === undefined || parseAround(body, spec) === undefined) return false
  const { drawnName, pieces } = spec
  if (drawnName === undefined) return true
  const times = pieces.length - 1
  return times === countVolumeNames(parsed, drawnName) && !verdict.includes(drawnName)
}

/** How often a volume or a mount of one has this name. */
function countVolumeNames(spec: JsonValue, name: string): number {
  const containers = containerLists.flatMap((list) => memberArray(spec, list))
  const mounts = containers.flatMap((container) => memberArray(container, 'volumeMounts'))
  const named = [...memberArray(spec, 'volumes'), ...mounts]
  return named.filter((each) => memberString(each, 'name') === name).length
}
