// What the fetcher has added to a root, kept beside the tree: `pack` leaves it out.

import { isArray, isObject, memberArray, parseJson, type JsonValue } from '../json.ts'
import type { RawText } from '../ware/entry.ts'
import { readSmallFile, writeWhole, type Volume } from './volume.ts'

export interface PlaceholderRecord {
  readonly version: 1
  /** Paths of the tree, parents first. */
  readonly made: readonly MadeEntry[]
  /** Those of `runtimeLeftovers` that the wares have brought themselves. */
  readonly brought: readonly RawText[]
}

export interface MadeEntry {
  readonly path: RawText
  readonly kind: 'directory' | 'file'
  /** Of a file, when it was made: one that has other bytes by now is the program's. */
  readonly bytes: number
}

const nothing: PlaceholderRecord = { version: 1, made: [], brought: [] }

export function writePlaceholderRecord(volume: Volume, record: PlaceholderRecord): void {
  writeWhole(volume.placeholders, `${JSON.stringify(record)}\n`, volume.at)
}

/** Nothing when there is no record, as for a root that another program has filled. */
export function readPlaceholderRecord(path: string): PlaceholderRecord {
  const text = readSmallFile(path)
  if (text === undefined) return nothing
  const value = parseJson(text)
  if (!isObject(value) || value['version'] !== 1 || !isArray(value['made']))
    return nothing
  return {
    version: 1,
    made: value['made'].flatMap(readMade),
    brought: memberArray(value, 'brought').flatMap((path) =>
      typeof path === 'string' ? [path] : [],
    ),
  }
}

function readMade(value: JsonValue): MadeEntry[] {
  if (!isObject(value)) return []
  const { path, kind, bytes } = value
  if (typeof path !== 'string' || typeof bytes !== 'number') return []
  return kind === 'directory' || kind === 'file' ? [{ path, kind, bytes }] : []
}
