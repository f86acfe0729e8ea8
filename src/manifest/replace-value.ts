// Puts another value where one stands, in the style of the place. Comments behind the old value,
// or behind its key, stay; what stood inside of it goes.

import { isArray, type JsonValue } from '../json.ts'
import { indentOf, jsonLines } from './edit-flow.ts'
import { flowStyleNear, type Editing, type Place } from './editing.ts'
import { emitBlock, emitFlow, emitInline, isInline } from './emit.ts'
import type { SourceNode } from './source.ts'
import {
  columnOf,
  isBlank,
  lineEnd,
  lineStart,
  nextLine,
  startsLine,
} from './text-edits.ts'

export function replaceValue(editing: Editing, place: Place, value: JsonValue): void {
  const { container, item } = place
  editing.touched.push({ start: item.value.start, end: item.value.end })
  if (editing.json || container?.style === 'flow') replaceInFlow(editing, place, value)
  else if (container === undefined) replaceRoot(editing, item.value, value)
  else if (container.kind === 'list') replaceItem(editing, place, value)
  else replaceMember(editing, place, value)
}

function replaceInFlow(
  editing: Editing,
  { container, item }: Place,
  value: JsonValue,
): void {
  const { text, json, edits } = editing
  const { start, end } = item.value
  const around = container ?? item.value
  const spread = json && text.slice(around.start, around.end).includes('\n')
  const indent = indentOf(editing, item.start, spread)
  const written =
    indent === undefined
      ? emitFlow(value, flowStyleNear(editing, firstEntry(container)))
      : jsonLines(editing, value, indent)
  // An empty value, or one right behind its colon, needs the space that sets it apart.
  const apart = start === end || (!json && start === item.slot && text[start - 1] === ':')
  edits.push({ start, end, text: apart ? ` ${written}` : written })
}

function firstEntry(container: Place['container']): number | undefined {
  const entries = container?.kind === 'map' ? container.members : container?.items
  return entries?.[0]?.start
}

function replaceRoot(editing: Editing, old: SourceNode, value: JsonValue): void {
  const { text, eol, edits, block } = editing
  const written = emitBlock(value, block).join(eol)
  const { start } = old
  const behindMarker = !isInline(value) && !startsLine(text, start)
  const apart = behindMarker
    ? eol
    : start === old.end && !startsLine(text, start)
      ? ' '
      : ''
  edits.push({ start, end: trimmedEnd(text, old), text: apart + written })
}

function replaceItem(editing: Editing, { item }: Place, value: JsonValue): void {
  const { text, eol, edits, block } = editing
  const { start } = item.value
  const end = isBlockCollection(item.value)
    ? lineEnd(text, trimmedEnd(text, item.value))
    : trimmedEnd(text, item.value)
  const empty = start === item.value.end
  const column = columnOf(text, empty ? start + 1 : start)
  const written = emitBlock(value, block).join(eol + ' '.repeat(column))
  edits.push({ start, end: Math.max(start, end), text: empty ? ` ${written}` : written })
}

function replaceMember(editing: Editing, place: Place, value: JsonValue): void {
  const { text, eol, edits, block } = editing
  const { item } = place
  const slot = item.slot ?? item.value.start
  const old = item.value
  const end = Math.max(slot, trimmedEnd(text, old))
  const comment = isBlockCollection(old) ? commentBehindKey(text, slot, old) : ''
  const wholeEnd = isBlockCollection(old) ? lineEnd(text, end) : end
  if (isInline(value)) {
    const written = emitInline(value)
    if (isBlockCollection(old))
      edits.push({ start: slot, end: wholeEnd, text: ` ${written}${comment}` })
    else if (old.start === old.end)
      edits.push({ start: slot, end: slot, text: ` ${written}` })
    else edits.push({ start: old.start, end, text: written })
    return
  }
  const explicit = text[item.start] === '?'
  const offset = isArray(value) && !explicit ? block.listOffset : block.step
  const indent = ' '.repeat(columnOf(text, item.start) + offset)
  const lines = emitBlock(value, block).map((line) => indent + line)
  if (isBlockCollection(old) || startsBelow(text, slot, old)) {
    const kept = comment === '' ? commentBehindKey(text, slot, old) : comment
    const written = [kept, ...lines].join(eol)
    edits.push({ start: slot, end: lineEnd(text, wholeEnd), text: written })
    return
  }
  edits.push({ start: slot, end, text: '' })
  const below = nextLine(text, end)
  edits.push({ start: below, end: below, text: '', lines })
}

function isBlockCollection(node: SourceNode): boolean {
  return (node.kind === 'map' || node.kind === 'list') && node.style === 'block'
}

function startsBelow(text: string, slot: number, node: SourceNode): boolean {
  return node.bodyStart > lineEnd(text, slot)
}

/** ` # …` of the key's own line, when the value starts on a later one. */
function commentBehindKey(text: string, slot: number, value: SourceNode): string {
  if (!startsBelow(text, slot, value)) return ''
  const rest = text.slice(slot, lineEnd(text, slot))
  return /[ \t]#.*$/.exec(rest)?.[0] ?? ''
}

/** Without the line break that a block scalar ends with. */
function trimmedEnd(text: string, { start, end }: SourceNode): number {
  let at = end
  while (at > start && isBlank(text.charAt(at - 1))) at--
  return Math.max(at, lineStart(text, start))
}
