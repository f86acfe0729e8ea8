// A JSON Patch carried out on the text of a document: only what has to change is written anew.

import { sameJson, type JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { applyToDraft, draftValue, type Draft } from './draft.ts'
import { editValue } from './edit-value.ts'
import { startEditing, type DocumentText, type Editing, type Place } from './editing.ts'
import { replaceValue } from './replace-value.ts'
import type { SourceAlias } from './source.ts'
import { applyEdits } from './text-edits.ts'

export interface SplicedText {
  readonly text: string
  /** What the user should know about how it was done; mostly empty. */
  readonly notes: readonly string[]
}

export interface SpliceSource extends DocumentText {
  readonly aliases: readonly SourceAlias[]
  /** Whether the meaning of one place can hang on another: aliases or merge keys. */
  readonly entangled: boolean
  /** Reads the text again, for the check after the splice. */
  readonly reread: (text: string) => JsonValue | undefined
}

export function splice(
  source: SpliceSource,
  patch: readonly PatchOperation[],
): SplicedText {
  if (patch.length === 0) return { text: source.text, notes: [] }
  const draft = applyToDraft(source.root, patch)
  const text = spliceMinimal(source, draft)
  if (text !== undefined && (!source.entangled || readsAs(source, text, draft))) {
    return { text, notes: [] }
  }
  return { text: rewrite(source, draft), notes: [rewritten] }
}

const rewritten =
  'its anchors and aliases did not allow small edits, so it was written anew'

function spliceMinimal(source: SpliceSource, draft: Draft): string | undefined {
  let editing = edit(source, draft, new Set())
  if (source.aliases.length > 0) {
    const forced = source.aliases.filter((alias) => isTouched(editing, alias))
    if (forced.length > 0) editing = edit(source, draft, new Set(forced))
  }
  try {
    return applyEdits(source.text, editing.edits, editing.eol)
  } catch (error) {
    if (source.entangled) return undefined
    throw error
  }
}

function edit(
  source: SpliceSource,
  draft: Draft,
  forced: ReadonlySet<SourceAlias>,
): Editing {
  const editing = startEditing(source, forced)
  editValue(editing, rootPlace(source), draft)
  return editing
}

function rootPlace({ root }: SpliceSource): Place {
  const item = { start: root.start, slot: undefined, value: root, comma: undefined }
  return { item, container: undefined }
}

/** Something inside the node that the alias names changes, or the node goes altogether. */
function isTouched({ touched }: Editing, { target }: SourceAlias): boolean {
  return touched.some(
    ({ start, end }) =>
      (start >= target.start && end <= target.end) ||
      (target.start >= start && target.end <= end),
  )
}

function readsAs(source: SpliceSource, text: string, draft: Draft): boolean {
  const value = source.reread(text)
  return value !== undefined && sameJson(value, draftValue(draft))
}

/** The whole document from its value; what stands before and after it stays. */
function rewrite(source: SpliceSource, draft: Draft): string {
  const editing = startEditing(source, new Set())
  replaceValue(editing, rootPlace(source), draftValue(draft))
  return applyEdits(source.text, editing.edits, editing.eol)
}
