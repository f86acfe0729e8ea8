// Builds the operations of a mutation directly, never by comparing two objects. Each builder
// creates the parent when it is absent: an `add` below a missing parent is a hard failure of the
// API server, whatever the failure policy says.

import { isObject, member, type JsonObject, type JsonValue } from '../json.ts'
import type { PatchOperation } from './operation.ts'
import { childPointer } from './pointer.ts'

/** One object of the document, where it stands and what it holds before the mutation. */
export interface Place {
  readonly pointer: string
  readonly object: JsonObject
}

/**
 * Sets one member of the object at `place`; what is already so needs no operation.
 */
export function setMember(
  place: Place,
  name: string,
  value: JsonValue,
): PatchOperation[] {
  const path = childPointer(place.pointer, name)
  const present = member(place.object, name)
  if (present === value) return []
  return [{ op: present === undefined ? 'add' : 'replace', path, value }]
}

/**
 * Adds `members` to the object that is the member `name` of `place`, making it when it is absent
 * or null. Members that it has already are replaced.
 */
export function mergeMember(
  place: Place,
  name: string,
  members: JsonObject,
): PatchOperation[] {
  const names = Object.keys(members)
  if (names.length === 0) return []
  const present = member(place.object, name)
  if (!isObject(present)) return setMember(place, name, members)
  const inner: Place = { pointer: childPointer(place.pointer, name), object: present }
  return names.flatMap((inside) => setMember(inner, inside, members[inside] ?? null))
}

/**
 * Adds `items` to the list that is the member `name` of `place`: at `index` of the present list,
 * at its end by default. An absent or null list is made with just these items.
 */
export function addItems(
  place: Place,
  name: string,
  items: readonly JsonValue[],
  index?: number,
): PatchOperation[] {
  if (items.length === 0) return []
  const present = member(place.object, name)
  if (!Array.isArray(present) || present.length === 0)
    return setMember(place, name, items)
  const list = childPointer(place.pointer, name)
  const atEnd = index === undefined || index >= present.length
  return items.map((value, offset) => ({
    op: 'add',
    path: childPointer(list, atEnd ? '-' : index + offset),
    value,
  }))
}
