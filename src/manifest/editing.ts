// What the edits of one document have in common: its text, its style, and the edits so far.

import type { JsonValue } from '../json.ts'
import type { Range } from '../located.ts'
import type { BlockStyle, FlowStyle } from './emit.ts'
import type {
  SourceAlias,
  SourceItem,
  SourceList,
  SourceMap,
  SourceNode,
} from './source.ts'
import { columnOf, startsLine, type TextEdit } from './text-edits.ts'

export interface Editing {
  readonly text: string
  readonly json: boolean
  readonly eol: string
  readonly block: BlockStyle
  /** JSON without white space. */
  readonly compact: boolean
  /** Aliases that must be written out, because the node they name gets another value. */
  readonly forced: ReadonlySet<SourceAlias>
  readonly edits: TextEdit[]
  /** Ranges of the nodes whose value changes. */
  readonly touched: Range[]
}

/** Where a value stands: in a map, in a list, or as the document itself. */
export interface Place {
  readonly item: SourceItem
  readonly container: SourceMap | SourceList | undefined
}

/** What happens to the members or items of one collection, apart from changes inside of them. */
export interface CollectionPlan {
  readonly source: SourceMap | SourceList
  readonly place: Place
  readonly entries: readonly SourceItem[]
  readonly removed: ReadonlySet<SourceItem>
  readonly added: readonly Addition[]
}

export interface Addition {
  /** The entry that stays and stands before; undefined for the front. */
  readonly after: SourceItem | undefined
  readonly elements: readonly NewElement[]
}

export interface NewElement {
  /** Undefined in a list. */
  readonly key: string | undefined
  readonly value: JsonValue
}

export interface DocumentText {
  readonly text: string
  readonly root: SourceNode
  readonly json: boolean
}

export function startEditing(
  { text, root, json }: DocumentText,
  forced: ReadonlySet<SourceAlias>,
): Editing {
  return {
    text,
    json,
    eol: /\r?\n/.exec(text)?.[0] ?? '\n',
    block: json ? defaultStyle : findStyle(text, root),
    compact:
      json &&
      !/[:,]\s/.test(
        text.slice(root.start, root.end).replace(/"(?:[^"\\]|\\.)*"/g, '""'),
      ),
    forced,
    edits: [],
    touched: [],
  }
}

/** The style to write in next to `start`, the offset of a key or item that is already there. */
export function flowStyleNear(editing: Editing, start: number | undefined): FlowStyle {
  const { json, compact, text } = editing
  const quotes = json || (start !== undefined && text[start] === '"') ? 'double' : 'any'
  return { quotes, compact, json }
}

const defaultStyle: BlockStyle = { step: 2, listOffset: 0 }

/** As the first map in a map, and the first list in a map, are indented. */
function findStyle(text: string, root: SourceNode): BlockStyle {
  const found: { step?: number; listOffset?: number } = {}
  look(root)
  const listOffset = found.listOffset ?? defaultStyle.listOffset
  return { step: found.step ?? defaultStyle.step, listOffset }

  function look(node: SourceNode): void {
    if (found.step !== undefined && found.listOffset !== undefined) return
    if (node.kind === 'scalar' || node.kind === 'alias' || node.style === 'flow') return
    const items = node.kind === 'map' ? node.members : node.items
    for (const { start, value } of items) {
      if (node.kind === 'map') measure(columnOf(text, start), value)
      look(value)
    }
  }

  function measure(column: number, value: SourceNode): void {
    if (value.kind === 'scalar' || value.kind === 'alias' || value.style === 'flow')
      return
    if (!startsLine(text, value.bodyStart)) return
    const offset = columnOf(text, value.bodyStart) - column
    if (value.kind === 'map') found.step ??= offset
    else found.listOffset ??= offset
  }
}
