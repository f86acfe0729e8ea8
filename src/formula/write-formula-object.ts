// The Formula object that says to a cluster what is known of a formula: what `readFormulaObject` reads.

import type { JsonObject } from '../json.ts'
import type { WareIndex } from '../ware/ware-index.ts'
import type { Formula } from './formula.ts'
import { formulaApiVersion } from './formula-object.ts'

export interface FormulaContent {
  readonly formula: Formula
  /** Exactly as its author wrote it. */
  readonly text: string
  /** By ware ID. */
  readonly indexes: ReadonlyMap<string, WareIndex>
  /** Warehouse addresses to ask before those in the text. */
  readonly sources: readonly string[]
}

/** @param metadata with a name; without namespace it goes where `kubectl apply -n` says */
export function writeFormulaObject(
  metadata: JsonObject,
  { formula, text, indexes, sources }: FormulaContent,
): JsonObject {
  return {
    apiVersion: formulaApiVersion,
    kind: 'Formula',
    metadata,
    spec: {
      id: formula.id,
      dialect: formula.dialect,
      source: text,
      ...(sources.length > 0 && { warehouses: sources }),
      ...(indexes.size > 0 && { wares: writeIndexes(indexes) }),
    },
  }
}

function writeIndexes(indexes: ReadonlyMap<string, WareIndex>): JsonObject {
  return Object.fromEntries(
    [...indexes].map(([ware, { entries, ...index }]) => [
      ware,
      { ...index, entries: entries.map((entry) => ({ ...entry })) },
    ]),
  )
}
