// A document while its patch is applied: source nodes where nothing happened, new values where
// something did. Only the nodes on the way to an operation are opened.

import { isArray, isObject, type JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { parsePointer } from '../patch/pointer.ts'
import { effectiveMembers, setMember, toValue } from './resolve-source.ts'
import type {
  SourceItem,
  SourceList,
  SourceMap,
  SourceMember,
  SourceNode,
} from './source.ts'

export type Draft = KeptDraft | NewDraft | MapDraft | ListDraft

export interface KeptDraft {
  readonly kind: 'kept'
  readonly source: SourceNode
}

export interface NewDraft {
  readonly kind: 'new'
  readonly value: JsonValue
}

export interface MapDraft {
  readonly kind: 'map'
  readonly source: SourceMap | undefined
  readonly members: Map<string, DraftMember>
}

export interface DraftMember {
  /** The text of this member; undefined when it is new or merged. */
  readonly from: SourceMember | undefined
  readonly merged: boolean
  value: Draft
}

export interface ListDraft {
  readonly kind: 'list'
  readonly source: SourceList | undefined
  readonly items: DraftItem[]
}

export interface DraftItem {
  readonly from: SourceItem | undefined
  value: Draft
}

/** @throws Error for an operation that does not fit the document: a bug of whoever made the patch */
export function applyToDraft(root: SourceNode, patch: readonly PatchOperation[]): Draft {
  const slot: { value: Draft } = { value: { kind: 'kept', source: root } }
  for (const operation of patch) applyOperation(slot, operation)
  return slot.value
}

export function draftValue(draft: Draft): JsonValue {
  switch (draft.kind) {
    case 'kept':
      return toValue(draft.source)
    case 'new':
      return draft.value
    case 'list':
      return draft.items.map((item) => draftValue(item.value))
    case 'map': {
      const object: Record<string, JsonValue> = {}
      for (const [key, { value }] of draft.members)
        setMember(object, key, draftValue(value))
      return object
    }
  }
}

/** The draft with its children as drafts. A scalar has none and comes back as it is. */
export function openDraft(draft: Draft): Draft {
  if (draft.kind === 'kept') return openSource(draft.source)
  if (draft.kind !== 'new') return draft
  const { value } = draft
  if (isArray(value)) {
    const items = value.map((item) => ({ from: undefined, value: newDraft(item) }))
    return { kind: 'list', source: undefined, items }
  }
  if (!isObject(value)) return draft
  const members = Object.entries(value).map(
    ([key, each]) =>
      [key, { from: undefined, merged: false, value: newDraft(each) }] as const,
  )
  return {
    kind: 'map',
    source: undefined,
    members: new Map<string, DraftMember>(members),
  }
}

export function newDraft(value: JsonValue): NewDraft {
  return { kind: 'new', value }
}

function openSource(source: SourceNode): Draft {
  switch (source.kind) {
    case 'scalar':
      return { kind: 'kept', source }
    case 'alias':
      return openSource(source.target)
    case 'list': {
      const items = source.items.map((item) => ({ from: item, value: keep(item.value) }))
      return { kind: 'list', source, items }
    }
    case 'map': {
      const members = new Map<string, DraftMember>()
      for (const [key, { member, merged }] of effectiveMembers(source)) {
        members.set(key, {
          from: merged ? undefined : member,
          merged,
          value: keep(member.value),
        })
      }
      return { kind: 'map', source, members }
    }
  }
}

function keep(source: SourceNode): KeptDraft {
  return { kind: 'kept', source }
}

function applyOperation(root: { value: Draft }, operation: PatchOperation): void {
  const steps = parsePointer(operation.path)
  const last = steps.pop()
  if (last === undefined) {
    if (operation.op === 'remove') throw misfit(operation)
    root.value = newDraft(operation.value)
    return
  }
  let slot = root
  for (const step of steps) slot = childOf(slot, step, operation)
  slot.value = openDraft(slot.value)
  const parent = slot.value
  if (parent.kind === 'map') applyToMap(parent, last, operation)
  else if (parent.kind === 'list') applyToList(parent, last, operation)
  else throw misfit(operation)
}

function childOf(
  slot: { value: Draft },
  step: string,
  operation: PatchOperation,
): { value: Draft } {
  slot.value = openDraft(slot.value)
  const parent = slot.value
  const child =
    parent.kind === 'map'
      ? parent.members.get(step)
      : parent.kind === 'list'
        ? parent.items[listIndex(step, parent.items.length, operation)]
        : undefined
  if (child === undefined) throw misfit(operation)
  return child
}

function applyToMap(map: MapDraft, key: string, operation: PatchOperation): void {
  const member = map.members.get(key)
  if (operation.op !== 'add' && member === undefined) throw misfit(operation)
  if (operation.op === 'remove') {
    map.members.delete(key)
    return
  }
  // A member that was removed before comes back to its old place in the text.
  const from =
    member === undefined || member.merged
      ? map.source?.members.find(
          (each) => each.key === key && !each.merge && !map.source?.merges,
        )
      : member.from
  map.members.set(key, { from, merged: false, value: newDraft(operation.value) })
}

function applyToList(list: ListDraft, step: string, operation: PatchOperation): void {
  const { items } = list
  if (operation.op === 'add') {
    const index =
      step === '-' ? items.length : listIndex(step, items.length + 1, operation)
    items.splice(index, 0, { from: undefined, value: newDraft(operation.value) })
    return
  }
  const index = listIndex(step, items.length, operation)
  const item = items[index]
  if (item === undefined) throw misfit(operation)
  if (operation.op === 'remove') items.splice(index, 1)
  else item.value = newDraft(operation.value)
}

function listIndex(step: string, limit: number, operation: PatchOperation): number {
  const index = /^(?:0|[1-9][0-9]*)$/.test(step) ? Number(step) : Infinity
  if (index >= limit) throw misfit(operation)
  return index
}

function misfit(operation: PatchOperation): Error {
  return new Error(`no place in the document for ${operation.op} ${operation.path}`)
}
