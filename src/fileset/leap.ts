// Many levels of directories in one call. Records that alternate between two deep directories would
// otherwise cost thousands of calls each, out of an archive of a few kilobytes; this costs what any
// program pays that names such a path, and so no more than the archive has bytes.

import { closeSync, readlinkSync } from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import type { DirectoryHandle } from './directory-handles.ts'
import { fsPath } from './fs-path.ts'

/** Opened one by one behind the leap: where a path is entered, those just above are asked for next. */
const steps = 8

/** The system tells no place longer than a page. Some room is left for how it addresses descriptors. */
const longestPlace = 4000

export interface Leap {
  readonly landed: DirectoryHandle
  /** How many of the names lie behind. */
  readonly levels: number
}

/**
 * The system follows links on the way, so what was reached counts only where it says itself that it lies
 * exactly there. `undefined` when that is not so, cannot be said, or is not worth it: then each level
 * is to be opened, which finds the one at fault.
 */
export function leap(
  from: DirectoryHandle,
  names: readonly RawText[],
  open: (path: RawText) => DirectoryHandle,
): Leap | undefined {
  if (names.length <= 2 * steps) return undefined
  const place = placeOf(from)
  if (place === undefined) return undefined
  const levels = levelsWithin(longestPlace - place.length, names.slice(0, -steps))
  const way = names.slice(0, levels).join('/')
  if (way === '') return undefined
  let landed: DirectoryHandle
  try {
    landed = open(from.prefix + way)
  } catch {
    return undefined
  }
  if (placeOf(landed) === `${place}/${way}`) return { landed, levels }
  if (landed.descriptor !== undefined) closeSync(landed.descriptor)
  return undefined
}

function levelsWithin(bytes: number, names: readonly RawText[]): number {
  let length = 0
  const first = names.findIndex((name) => (length += name.length + 1) > bytes)
  return first < 0 ? names.length : first
}

function placeOf({ self }: DirectoryHandle): RawText | undefined {
  try {
    return readlinkSync(fsPath(self), 'latin1')
  } catch {
    return undefined
  }
}
