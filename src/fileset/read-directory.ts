// What stands in a directory: names as raw bytes, with their kinds.

import { readdirSync, type BigIntStats, type Dirent } from 'node:fs'
import type { EntryKind, RawText } from '../ware/entry.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import type { DirectoryHandle } from './directory-handles.ts'
import { fsPath } from './fs-path.ts'

export type FoundKind = EntryKind | 'socket' | 'unknown'

export interface FoundName {
  readonly name: RawText
  readonly kind: FoundKind
}

export function readDirectory({ self }: DirectoryHandle): FoundName[] {
  const options = { encoding: 'buffer', withFileTypes: true } as const
  return readdirSync(fsPath(self), options).map((found) => ({
    name: rawTextOf(found.name),
    kind: kindOf(found),
  }))
}

/** In the order of archives (wares.md §3.5): a directory sorts as its name with a slash. */
export function readSorted(handle: DirectoryHandle): FoundName[] {
  const keyed = readDirectory(handle).map((found) => ({
    found,
    key: found.kind === 'directory' ? `${found.name}/` : found.name,
  }))
  keyed.sort((one, other) => (one.key < other.key ? -1 : 1))
  return keyed.map(({ found }) => found)
}

export function kindOf(found: Dirent<Buffer> | BigIntStats): FoundKind {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  if (found.isSymbolicLink()) return 'symlink'
  if (found.isFIFO()) return 'fifo'
  if (found.isCharacterDevice()) return 'character-device'
  if (found.isBlockDevice()) return 'block-device'
  return found.isSocket() ? 'socket' : 'unknown'
}
