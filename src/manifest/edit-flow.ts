// Members and items of flow style and of JSON: commas are part of the edit, and collections that
// are written with an entry per line stay so.

import { emitFlow, emitFlowKey, emitJsonLines } from './emit.ts'
import {
  flowStyleNear,
  type Addition,
  type CollectionPlan,
  type Editing,
  type NewElement,
} from './editing.ts'
import type { SourceItem } from './source.ts'
import {
  columnOf,
  endsLine,
  lineEnd,
  lineStart,
  nextLine,
  startsLine,
} from './text-edits.ts'

export function editFlow(editing: Editing, plan: CollectionPlan): void {
  for (const addition of plan.added) addElements(editing, plan, addition)
  removeEntries(editing, plan)
}

function removeEntries(editing: Editing, plan: CollectionPlan): void {
  const { text, edits } = editing
  const { entries, removed } = plan
  const last = entries.at(-1)
  // Without a comma behind the last entry, the one before it has to go, too.
  const stay =
    last?.comma === undefined ? entries.findLast((entry) => !removed.has(entry)) : last
  const comma = stay === last ? undefined : stay?.comma
  if (last !== undefined && comma !== undefined) {
    const tail = text.slice(comma, last.value.end)
    if (!/[\n#]/.test(tail)) {
      edits.push({ start: comma, end: last.value.end, text: '' })
      for (const entry of entries) {
        if (removed.has(entry) && entry.start < comma) removeEntry(editing, entry)
      }
      return
    }
    edits.push({ start: comma, end: comma + 1, text: '' })
  }
  for (const entry of entries) if (removed.has(entry)) removeEntry(editing, entry)
}

function removeEntry(
  { text, edits }: Editing,
  { start, value, comma }: SourceItem,
): void {
  const end = comma === undefined ? value.end : comma + 1
  if (startsLine(text, start) && endsLine(text, end)) {
    edits.push({ start: lineStart(text, start), end: nextLine(text, end), text: '' })
    return
  }
  const space =
    comma === undefined ? 0 : (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0)
  edits.push({ start, end: end + space, text: '' })
}

function addElements(editing: Editing, plan: CollectionPlan, addition: Addition): void {
  const { text, edits, eol, compact } = editing
  const { after } = addition
  const onOwnLine = plan.entries.find((entry) => startsLine(text, entry.start))
  const indent =
    onOwnLine === undefined
      ? undefined
      : text.slice(lineStart(text, onOwnLine.start), onOwnLine.start)
  const texts = addition.elements.map((element) =>
    textOf(editing, plan, { element, indent }),
  )
  const separator = compact ? ',' : ', '
  if (after === undefined) {
    const first = plan.entries[0]?.start ?? 0
    const ownLine = indent !== undefined && startsLine(text, first)
    const start = ownLine ? lineStart(text, first) : first
    const front = ownLine ? indent : ''
    const behind = ownLine
      ? `,${eol}`
      : indent === undefined
        ? separator
        : `,${eol}${indent}`
    edits.push({
      start,
      end: start,
      text: texts.map((each) => front + each + behind).join(''),
    })
    return
  }
  if (
    indent !== undefined &&
    addLines(editing, plan, { after, lines: texts.map((each) => eol + indent + each) })
  )
    return
  const start = after.value.end
  const front = indent === undefined ? separator : `,${eol}${indent}`
  edits.push({ start, end: start, text: texts.map((each) => front + each).join('') })
}

/** Below the line of `after`, its comment included. False when something else stands there. */
function addLines(
  { text, edits }: Editing,
  { entries, removed }: CollectionPlan,
  { after, lines }: { after: SourceItem; lines: readonly string[] },
): boolean {
  const { comma, value } = after
  const end = comma === undefined ? value.end : comma + 1
  if (!endsLine(text, end)) return false
  const start = lineEnd(text, end)
  const followed = entries.some(
    (entry) => entry.start > after.start && !removed.has(entry),
  )
  const keepsComma =
    comma !== undefined && (followed || entries.at(-1)?.comma !== undefined)
  if (!keepsComma) edits.push({ start: value.end, end: value.end, text: ',' })
  const joined = lines.join(',') + (keepsComma ? ',' : '')
  edits.push({ start, end: start, text: joined })
  return true
}

function textOf(
  editing: Editing,
  { entries }: CollectionPlan,
  { element, indent }: { element: NewElement; indent: string | undefined },
): string {
  const { key, value } = element
  const style = flowStyleNear(editing, entries[0]?.start)
  const text =
    indent !== undefined && editing.json
      ? jsonLines(editing, value, indent)
      : emitFlow(value, style)
  if (key === undefined) return text
  return `${emitFlowKey(key, style)}${style.compact ? ':' : ': '}${text}`
}

/** JSON over several lines, indented by the step that the document itself uses. */
export function jsonLines(
  { text, eol }: Editing,
  value: NewElement['value'],
  indent: string,
): string {
  const step = /\n([ \t]+)/.exec(text)?.[1] ?? '  '
  return emitJsonLines(value, indent, step).replaceAll('\n', eol)
}

/** The indentation of the line of an offset, when the text around it is spread over lines. */
export function indentOf(
  { text }: Editing,
  start: number,
  spread: boolean,
): string | undefined {
  if (!spread) return undefined
  const begin = lineStart(text, start)
  return /^[ \t]*/.exec(text.slice(begin, begin + columnOf(text, start)))?.[0] ?? ''
}
