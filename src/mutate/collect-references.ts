// The first of the three steps of a rewrite: which containers name a formula, and how.

import { isObject, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { childPointer } from '../patch/pointer.ts'
import type { Place } from '../patch/patch-builder.ts'
import { containerLists, findPodSpecs, type ContainerList } from './find-pod-specs.ts'
import type { PodSpecPlace } from './find-pod-specs.ts'
import { parseFormulaReference, type FormulaReference } from './formula-reference.ts'

export interface ContainerReference extends Place {
  readonly list: ContainerList
  readonly index: number
  readonly podSpec: JsonObject
  /** `''` when the container has no name, or one that is no string. */
  readonly name: string
  /** The image exactly as the document has it: the key under which its formula is looked up. */
  readonly image: string
  readonly reference: FormulaReference
}

export interface PodReferences {
  readonly podSpec: PodSpecPlace
  /** Init containers first, each list in its order. */
  readonly containers: readonly ContainerReference[]
  /** Whose image looks like a reference and is none; only where paths count. */
  readonly nearly: readonly ContainerReference[]
}

export interface CollectOptions {
  /**
   * Whether `./x.formula` counts as a reference: in files on the user's machine it does, on its
   * way into the cluster it does not.
   */
  readonly paths: boolean
}

/** Pod specs with at least one formula reference, or nearly one, in the order of the document. */
export function collectReferences(
  object: JsonValue,
  options: CollectOptions,
): PodReferences[] {
  return findPodSpecs(object).flatMap((podSpec) => {
    const containers = [...containerLists, 'ephemeralContainers' as const].flatMap(
      (list) => referencesInList(podSpec, list, options),
    )
    if (containers.length === 0) return []
    const nearly = containers.filter(({ reference }) => reference.kind === 'nearly')
    if (nearly.length === 0) return [{ podSpec, containers, nearly }]
    const meant = containers.filter(({ reference }) => reference.kind !== 'nearly')
    return [{ podSpec, containers: meant, nearly }]
  })
}

function referencesInList(
  podSpec: PodSpecPlace,
  list: ContainerList,
  options: CollectOptions,
): ContainerReference[] {
  return memberArray(podSpec.object, list).flatMap((container, index) => {
    const image = memberString(container, 'image')
    if (!isObject(container) || image === undefined) return []
    const reference = parseFormulaReference(image)
    if (reference === undefined) return []
    if (!options.paths && (reference.kind === 'path' || reference.kind === 'nearly'))
      return []
    const name = memberString(container, 'name') ?? ''
    const pointer = childPointer(childPointer(podSpec.pointer, list), index)
    const place = { pointer, object: container, podSpec: podSpec.object }
    return [{ ...place, list, index, name, image, reference }]
  })
}
