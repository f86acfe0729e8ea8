// The tree of one document with the places of everything an edit may have to touch. YAML and JSON
// are both read into it, so that all later steps know one form only.

import type { JsonScalar } from '../json.ts'

/** Offsets are UTF-16 code units into the text of the segment. */
interface SourceBase {
  /** Start of the anchor or tag in front, where there is one. */
  readonly start: number
  readonly end: number
  /** Start without anchor and tag. */
  readonly bodyStart: number
  readonly anchor: string | undefined
}

export interface SourceScalar extends SourceBase {
  readonly kind: 'scalar'
  readonly value: JsonScalar
  /** Without quotes, escapes resolved. */
  readonly text: string
  readonly block: boolean
}

export interface SourceAlias extends SourceBase {
  readonly kind: 'alias'
  /** Never an alias itself; in a sound document always a node that ends before this one starts. */
  readonly target: Exclude<SourceNode, SourceAlias>
}

export interface SourceMap extends SourceBase {
  readonly kind: 'map'
  readonly style: 'block' | 'flow'
  readonly members: readonly SourceMember[]
  /** Has `<<` members, so it means more than its members say. */
  readonly merges: boolean
}

export interface SourceList extends SourceBase {
  readonly kind: 'list'
  readonly style: 'block' | 'flow'
  readonly items: readonly SourceItem[]
}

export type SourceNode = SourceScalar | SourceAlias | SourceMap | SourceList

export interface SourceItem {
  /** Of the dash in block style, else of the value. */
  readonly start: number
  /** Behind the dash or the colon, where an empty value would be written. */
  readonly slot: number | undefined
  readonly value: SourceNode
  /** Offset of the comma behind it, in flow style. */
  readonly comma: number | undefined
}

export interface SourceMember extends SourceItem {
  readonly key: string
  readonly keyStart: number
  readonly keyEnd: number
  /** A plain `<<`: its value's members belong to this map. */
  readonly merge: boolean
  /** Written with `?`. */
  readonly explicit: boolean
}
