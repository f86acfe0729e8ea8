// Members and items of block style: removed with their lines, added as lines of their own.

import { emitBlockItem, emitBlockMember } from './emit.ts'
import type { Addition, CollectionPlan, Editing, NewElement } from './editing.ts'
import { columnOf, endOfLines, lineStart, nextLine, startsLine } from './text-edits.ts'

export function editBlock(editing: Editing, plan: CollectionPlan): void {
  removeEntries(editing, plan)
  for (const addition of plan.added) addElements(editing, plan, addition)
}

function removeEntries(
  { text, edits }: Editing,
  { entries, removed }: CollectionPlan,
): void {
  const column = columnOf(text, entries[0]?.start ?? 0)
  const stay = entries.findIndex((entry) => !removed.has(entry))
  entries.forEach((entry, i) => {
    if (!removed.has(entry)) return
    const end = endOfLines(text, entry.value.end, column)
    const first = entries[0]?.start ?? 0
    if (startsLine(text, first) || i > stay) {
      edits.push({ start: lineStart(text, entry.start), end, text: '' })
    } else if (i === stay - 1) {
      // Behind a dash: what follows moves up to it.
      edits.push({ start: first, end: skipSpace(text, end), text: '' })
    }
  })
}

function skipSpace(text: string, offset: number): number {
  const pattern = /[^ \t\r\n]/g
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length
}

function addElements(editing: Editing, plan: CollectionPlan, addition: Addition): void {
  const { text, edits, eol } = editing
  const first = plan.entries[0]?.start ?? 0
  const column = columnOf(text, first)
  const indent = ' '.repeat(column)
  const lines = addition.elements.flatMap((element) => linesOf(editing, element))
  if (addition.after !== undefined) {
    const start = endOfLines(text, addition.after.value.end, column)
    edits.push({ start, end: start, text: '', lines: lines.map((line) => indent + line) })
  } else if (startsLine(text, first)) {
    const start = frontOf(editing, plan, first)
    edits.push({ start, end: start, text: '', lines: lines.map((line) => indent + line) })
  } else {
    const front = lines.map((line) => line + eol + indent).join('')
    edits.push({ start: first, end: first, text: front })
  }
}

/** Right below the key, so that a comment above the first item stays above it. */
function frontOf({ text }: Editing, { place }: CollectionPlan, first: number): number {
  const { slot } = place.item
  return slot === undefined ? lineStart(text, first) : nextLine(text, slot)
}

function linesOf({ block }: Editing, { key, value }: NewElement): string[] {
  return key === undefined
    ? emitBlockItem(value, block)
    : emitBlockMember(key, value, block)
}
