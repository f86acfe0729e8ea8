// Walks a draft and the source side by side and makes the smallest edits that turn one into the
// other: a value is replaced only where it cannot be changed in place.

import { isArray, isObject, sameJson } from '../json.ts'
import {
  draftValue,
  newDraft,
  openDraft,
  type Draft,
  type DraftMember,
  type ListDraft,
  type MapDraft,
} from './draft.ts'
import { editBlock } from './edit-block.ts'
import { editFlow } from './edit-flow.ts'
import type { Addition, CollectionPlan, Editing, NewElement, Place } from './editing.ts'
import { replaceValue } from './replace-value.ts'
import { effectiveMembers, toValue } from './resolve-source.ts'
import type {
  SourceItem,
  SourceList,
  SourceMap,
  SourceMember,
  SourceNode,
} from './source.ts'

export function editValue(editing: Editing, place: Place, wanted: Draft): void {
  const source = place.item.value
  let draft = wanted.kind === 'new' ? reconcile(wanted.value, source) : wanted
  if (draft.kind === 'kept' && draft.source === source) {
    if (!holdsForced(editing, source)) return
    if (source.kind !== 'alias') draft = openDraft(draft)
  }
  if (!editInPlace(editing, place, draft)) replaceValue(editing, place, draftValue(draft))
}

/** A new value that resembles the old one keeps what they share. */
function reconcile(value: ReturnType<typeof draftValue>, source: SourceNode): Draft {
  if (sameJson(value, toValue(source))) return { kind: 'kept', source }
  if (source.kind === 'map' && !source.merges && isObject(value)) {
    const members = new Map<string, DraftMember>()
    for (const [key, each] of Object.entries(value)) {
      const from = source.members.find((member) => member.key === key)
      members.set(key, { from, merged: false, value: newDraft(each) })
    }
    return { kind: 'map', source, members }
  }
  if (source.kind === 'list' && isArray(value)) return reconcileList(value, source)
  return newDraft(value)
}

/** Same items at the front and at the back stay; what lies between is new. */
function reconcileList(
  value: readonly ReturnType<typeof draftValue>[],
  source: SourceList,
): Draft {
  const { items } = source
  const shorter = Math.min(items.length, value.length)
  const same = (old: number, young: number): boolean =>
    sameJson(toValue(items[old]?.value ?? source), value[young] ?? null)
  let front = 0
  while (front < shorter && same(front, front)) front++
  let back = 0
  while (back < shorter - front && same(items.length - 1 - back, value.length - 1 - back))
    back++
  const paired = items.length === value.length
  const drafts = value.map((each, i) => {
    const fromEnd = value.length - i
    const old =
      fromEnd <= back
        ? items[items.length - fromEnd]
        : i < front || paired
          ? items[i]
          : undefined
    return { from: old, value: newDraft(each) }
  })
  return { kind: 'list', source, items: drafts }
}

function holdsForced({ forced }: Editing, { start, end }: SourceNode): boolean {
  for (const alias of forced) if (alias.start >= start && alias.end <= end) return true
  return false
}

function editInPlace(editing: Editing, place: Place, draft: Draft): boolean {
  const source = place.item.value
  if (draft.kind === 'map' && draft.source === source)
    return editMap(editing, place, draft)
  if (draft.kind === 'list' && draft.source === source)
    return editList(editing, place, draft)
  return false
}

function editMap(editing: Editing, place: Place, draft: MapDraft): boolean {
  const source = place.item.value
  if (source.kind !== 'map') return false
  const changes = mapChanges(editing, source, draft)
  const elements = changes.added.map(([key, value]) => ({
    key,
    value: draftValue(value),
  }))
  const plan = planFor(place, source, {
    entries: source.members,
    removed: changes.removed,
    additions: [
      { after: source.members.findLast((each) => !changes.removed.has(each)), elements },
    ],
  })
  if (plan === undefined) return false
  if (changes.stay.some(([member, value]) => !hasRoom(editing, member, value)))
    return false
  for (const [member, value] of changes.stay) {
    editValue(editing, { item: member, container: source }, value)
  }
  carryOut(editing, plan)
  return true
}

interface MapChanges {
  readonly removed: ReadonlySet<SourceItem>
  readonly stay: readonly (readonly [SourceMember, Draft])[]
  readonly added: readonly (readonly [string, Draft])[]
}

function mapChanges(editing: Editing, source: SourceMap, draft: MapDraft): MapChanges {
  const expand = source.merges && mustExpand(editing, source, draft)
  const stay: [SourceMember, Draft][] = []
  const added: [string, Draft][] = []
  for (const [key, member] of draft.members) {
    if (member.from !== undefined) stay.push([member.from, member.value])
    else if (!member.merged || expand || member.value.kind !== 'kept')
      added.push([key, member.value])
  }
  const staying = new Set<SourceItem>(stay.map(([member]) => member))
  // A member that a later `<<` overrides has no say, so it may stay as long as the `<<` does.
  const removed = new Set<SourceItem>(
    source.members.filter((member) =>
      expand
        ? !staying.has(member)
        : !staying.has(member) && !member.merge && !isOverridden(source, member),
    ),
  )
  return { removed, stay, added }
}

/** A `<<` has to be written out when a member it brings goes away, or its source changes. */
function mustExpand(editing: Editing, source: SourceMap, draft: MapDraft): boolean {
  if (source.members.some((member) => member.merge && holdsForced(editing, member.value)))
    return true
  for (const [key, { member, merged }] of effectiveMembers(source)) {
    const now = draft.members.get(key)
    if (merged && now === undefined) return true
    const own = source.members.some((each) => !each.merge && each.key === key)
    if (merged && own && now?.value.kind !== 'kept') return true
    if (!merged && now !== undefined && now.from !== member) return true
  }
  return false
}

function isOverridden(source: SourceMap, member: SourceMember): boolean {
  return source.merges && effectiveMembers(source).get(member.key)?.merged === true
}

/** A member without a colon has no place to put a value. */
function hasRoom(editing: Editing, member: SourceMember, value: Draft): boolean {
  if (member.slot !== undefined) return true
  return (
    value.kind === 'kept' ||
    (value.kind === 'new' && value.value === null) ||
    editing.json
  )
}

function editList(editing: Editing, place: Place, draft: ListDraft): boolean {
  const source = place.item.value
  if (source.kind !== 'list') return false
  const staying = new Set(draft.items.map((item) => item.from))
  const plan = planFor(place, source, {
    entries: source.items,
    removed: new Set(source.items.filter((item) => !staying.has(item))),
    additions: listAdditions(draft),
  })
  if (plan === undefined) return false
  for (const { from, value } of draft.items) {
    if (from !== undefined) editValue(editing, { item: from, container: source }, value)
  }
  carryOut(editing, plan)
  return true
}

function listAdditions(draft: ListDraft): Addition[] {
  const additions: { after: SourceItem | undefined; elements: NewElement[] }[] = []
  let group: { after: SourceItem | undefined; elements: NewElement[] } = {
    after: undefined,
    elements: [],
  }
  for (const { from, value } of draft.items) {
    if (from === undefined) {
      group.elements.push({ key: undefined, value: draftValue(value) })
      continue
    }
    additions.push(group)
    group = { after: from, elements: [] }
  }
  return [...additions, group]
}

/** Undefined when the collection has to be written anew: nothing of it stays, or it lacks brackets. */
function planFor(
  place: Place,
  source: SourceMap | SourceList,
  parts: Pick<CollectionPlan, 'entries' | 'removed'> & { additions: readonly Addition[] },
): CollectionPlan | undefined {
  const { entries, removed } = parts
  const added = parts.additions.filter(({ elements }) => elements.length > 0)
  const still = removed.size === 0 && added.length === 0
  if (!still && removed.size === entries.length) return undefined
  // `[a: 1]` is a list with a map that has no braces of its own.
  if (!still && source.style === 'flow' && entries[0]?.start === source.bodyStart)
    return undefined
  return { source, place, entries, removed, added }
}

function carryOut(editing: Editing, plan: CollectionPlan): void {
  const { source, added, removed } = plan
  if (added.length > 0)
    editing.touched.push({ start: source.bodyStart, end: source.bodyStart })
  for (const entry of removed)
    editing.touched.push({ start: entry.start, end: entry.value.end })
  if (removed.size === 0 && added.length === 0) return
  if (source.style === 'flow') editFlow(editing, plan)
  else editBlock(editing, plan)
}
