// Annotations for the rewriter in the metadata of a workload, where they change nothing: they
// belong to the pod template.

import { quote } from '../errors.ts'
import { isArray, isObject, member, type JsonValue } from '../json.ts'
import { parsePointer } from '../patch/pointer.ts'
import type { PodReferences } from './collect-references.ts'
import type { Note } from './decisions.ts'
import { isOverride } from './pod-overrides.ts'

export function misplacedAnnotations(
  object: JsonValue,
  { podSpec }: PodReferences,
): Note[] {
  const { owner } = podSpec
  if (owner === undefined) return []
  return ancestors(object, owner.pointer).flatMap((ancestor) => {
    const annotations = member(member(ancestor, 'metadata'), 'annotations')
    if (!isObject(annotations)) return []
    const found = Object.keys(annotations).filter(isOverride).sort()
    return found.map((name): Note => ({
      code: 'annotation-misplaced',
      about: quote(name),
    }))
  })
}

/** What lies around the value at `pointer`, outermost first, itself left out. */
function ancestors(root: JsonValue, pointer: string): JsonValue[] {
  const around: JsonValue[] = []
  let value: JsonValue = root
  for (const step of parsePointer(pointer)) {
    around.push(value)
    value = (isArray(value) ? value[Number(step)] : member(value, step)) ?? null
  }
  return around
}
