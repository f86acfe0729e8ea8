// Finds pod specs anywhere in an object, by their shape alone: workloads, Lists and custom
// resources that embed a pod template need no list of kinds.

import { isArray, isObject, member, type JsonObject, type JsonValue } from '../json.ts'
import type { Place } from '../patch/patch-builder.ts'
import { childPointer } from '../patch/pointer.ts'

export interface PodSpecPlace extends Place {
  /** The object that has the pod spec as its member `spec`: a Pod or a pod template. */
  readonly owner: Place | undefined
}

export const containerLists = ['initContainers', 'containers'] as const
export type ContainerList = (typeof containerLists)[number] | 'ephemeralContainers'

/** In the order of the document. */
export function findPodSpecs(object: JsonValue): PodSpecPlace[] {
  if (isPod(object)) return podSpecOfPod(object)
  return walk(object)
}

/** A pod's spec is known; a review of 200 KB is not searched for another. */
function podSpecOfPod(pod: JsonObject): PodSpecPlace[] {
  const spec = member(pod, 'spec')
  if (!isPodSpec(spec)) return []
  return [{ pointer: '/spec', object: spec, owner: { pointer: '', object: pod } }]
}

/**
 * Deeper than any object that a manifest may hold (its reader refuses those) or an API server
 * takes; without it a review that is one deep nesting would cost time squared.
 */
const maxDepth = 256

/** With a stack of its own: hostile nesting must not overflow ours. */
function walk(root: JsonValue): PodSpecPlace[] {
  const found: PodSpecPlace[] = []
  const open: Step[] = [{ value: root, pointer: '', depth: 0, owner: undefined }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, pointer, owner } = next
    const depth = next.depth + 1
    if (isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) {
        const item = value[i] ?? null
        if (isDeep(item, depth)) {
          open.push({
            value: item,
            pointer: childPointer(pointer, i),
            depth,
            owner: undefined,
          })
        }
      }
    } else if (isObject(value)) {
      if (isPodSpec(value)) found.push({ pointer, object: value, owner })
      for (const name of Object.keys(value).reverse()) {
        const inner = value[name] ?? null
        if (!isDeep(inner, depth)) continue
        const place = name === 'spec' ? { pointer, object: value } : undefined
        open.push({
          value: inner,
          pointer: childPointer(pointer, name),
          depth,
          owner: place,
        })
      }
    }
  }
  return found
}

interface Step {
  readonly value: JsonValue
  readonly pointer: string
  readonly depth: number
  readonly owner: Place | undefined
}

function isDeep(value: JsonValue, depth: number): boolean {
  return typeof value === 'object' && value !== null && depth <= maxDepth
}

function isPod(value: JsonValue): value is JsonObject {
  return isObject(value) && value['kind'] === 'Pod' && value['apiVersion'] === 'v1'
}

function isPodSpec(value: JsonValue | undefined): value is JsonObject {
  return isObject(value) && isArray(member(value, 'containers'))
}
