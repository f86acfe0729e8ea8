// Records of what stands on disk.

import { lstatSync, readlinkSync, type BigIntStats } from 'node:fs'
import type { Entry, EntryKind, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { timeOfStat } from './file-time.ts'
import { refusal } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'
import { kindOf } from './read-directory.ts'

/** How much of the times goes into records: packing cuts them, copying does not. */
export type Precision = 'seconds' | 'nanoseconds'

/** Completes "cannot …" in every problem of the walk. */
export const packTask = 'pack the files'

export function recordOfDirectory(
  stats: BigIntStats,
  path: RawText,
  precision?: Precision,
): Entry {
  return recordOf(stats, { path, kind: 'directory', precision })
}

export function recordOfFile(
  stats: BigIntStats,
  path: RawText,
  precision?: Precision,
): Entry {
  if (!stats.isFile()) throw changed(path, 'it is no file any more')
  return {
    ...recordOf(stats, { path, kind: 'file', precision }),
    size: Number(stats.size),
  }
}

/** Of a symlink, fifo or device, which are never opened: that alone can set a device off. */
export function recordOfSpecial(
  place: RawText,
  path: RawText,
  precision?: Precision,
): Entry {
  const at = fsPath(place)
  const stats = lstatSync(at, { bigint: true })
  const kind = kindOf(stats)
  switch (kind) {
    case 'symlink': {
      const target = readlinkSync(at, 'latin1')
      return { ...recordOf(stats, { path, kind, precision }), target }
    }
    case 'fifo':
      return recordOf(stats, { path, kind, precision })
    case 'block-device':
    case 'character-device': {
      const device = deviceNumbers(stats.rdev)
      return { ...recordOf(stats, { path, kind, precision }), device }
    }
    case 'file':
    case 'directory':
    case 'socket':
    case 'unknown':
      throw changed(path, 'it has become another kind of file')
  }
}

export function changed(path: RawText, how: string): Error {
  return refusal(
    'pack-invalid',
    packTask,
    `${quoteRaw(path)} changed while it was read: ${how}`,
    ['pack when nobody writes there'],
  )
}

/** Linux keeps 32 bits of each, in two pieces. */
function deviceNumbers(device: bigint): { major: number; minor: number } {
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  }
}

interface Wanted {
  readonly path: RawText
  readonly kind: EntryKind
  readonly precision: Precision | undefined
}

function recordOf(stats: BigIntStats, { path, kind, precision }: Wanted): Entry {
  const { seconds, nanoseconds } = timeOfStat(stats.mtimeNs)
  return {
    path,
    kind,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    seconds,
    nanoseconds: precision === 'nanoseconds' ? nanoseconds : 0,
    size: 0,
    target: '',
  }
}
