// The central directory of a zip archive: what it says of each member (APPNOTE 6.3, wares.md §5.4).

import { constants } from 'node:fs'
import type { Entry, EntryKind, RawText } from '../ware/entry.ts'
import { cleanEntryPath, quoteRaw } from '../ware/entry-path.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { headBytes, whyNoZip } from './explain-content.ts'
import type { Spool } from './spool.ts'
import { readExtraFields } from './zip-extra.ts'
import { readLarge, viewOf } from './zip-numbers.ts'

export interface ZipMember {
  /** The size of a symlink is that of its target, which is the content in the archive. */
  readonly entry: Entry
  readonly method: 'stored' | 'deflated'
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  readonly headerOffset: number
  readonly rawName: RawText
}

export interface ZipDirectory {
  readonly offset: number
  readonly size: number
  readonly count: number
}

/** In the order of the archive; checked one by one, not against each other. */
export function* readZipDirectory(
  spool: Spool,
  { offset, size, count }: ZipDirectory,
): Generator<ZipMember> {
  let at = offset
  const end = offset + size
  for (let i = 0; i < count; i++) {
    if (at + 46 > end) throw corruptWare('the directory of the zip archive ends early')
    const head = viewOf(spool.read(at, 46))
    if (head.getUint32(0, true) !== 0x02014b50) {
      throw corruptWare('the directory of the zip archive is damaged')
    }
    const [name, extra, comment] = [28, 30, 32].map((place) =>
      head.getUint16(place, true),
    )
    const length = (name ?? 0) + (extra ?? 0)
    const rest = spool.read(at + 46, length)
    at += 46 + length + (comment ?? 0)
    yield readMember(head, rawTextOf(rest.subarray(0, name)), rest.subarray(name))
  }
  if (at !== end) throw corruptWare('the directory of the zip archive has more in it')
}

export function findZipDirectory(spool: Spool): ZipDirectory {
  const tailSize = Math.min(spool.size, 65_557)
  const tail = spool.read(spool.size - tailSize, tailSize)
  const view = viewOf(tail)
  for (let at = tailSize - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    if (at + 22 + view.getUint16(at + 20, true) !== tailSize) continue
    const end = spool.size - tailSize + at
    const count = view.getUint16(at + 10, true)
    const size = view.getUint32(at + 12, true)
    const offset = view.getUint32(at + 16, true)
    const isLarge = count === 0xffff || size === 0xffff_ffff || offset === 0xffff_ffff
    if (isLarge) return findLargeDirectory(spool, end)
    const disks = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)]
    if (disks.some((disk) => disk !== 0) || view.getUint16(at + 8, true) !== count) {
      throw corruptWare('the zip archive has several parts')
    }
    return checkPlace({ offset, size, count }, end)
  }
  const head = spool.read(0, Math.min(spool.size, headBytes))
  throw corruptWare(whyNoZip(head) ?? 'the zip archive ends in the middle')
}

/** @param end offset of the ordinary end record, ahead of which the locator of zip64 stands */
function findLargeDirectory(spool: Spool, end: number): ZipDirectory {
  const locator = viewOf(spool.read(end - 20, 20))
  if (locator.getUint32(0, true) !== 0x07064b50)
    throw corruptWare('the zip64 archive is damaged')
  const record = viewOf(spool.read(readLarge(locator, 8), 56))
  if (record.getUint32(0, true) !== 0x06064b50)
    throw corruptWare('the zip64 archive is damaged')
  const count = readLarge(record, 32)
  const disks = [record.getUint32(16, true), record.getUint32(20, true)]
  if (disks.some((disk) => disk !== 0) || readLarge(record, 24) !== count) {
    throw corruptWare('the zip archive has several parts')
  }
  const directory = { count, size: readLarge(record, 40), offset: readLarge(record, 48) }
  return checkPlace(directory, end)
}

function checkPlace(directory: ZipDirectory, end: number): ZipDirectory {
  if (directory.offset + directory.size > end) {
    throw corruptWare('the directory of the zip archive is not where it says')
  }
  return directory
}

function readMember(head: DataView, rawName: RawText, extra: Uint8Array): ZipMember {
  const flags = head.getUint16(8, true)
  const method = head.getUint16(10, true)
  if ((flags & 1) !== 0) throw corruptWare(`${quoteRaw(rawName)} is encrypted`)
  if (method !== 0 && method !== 8) {
    throw corruptWare(
      `${quoteRaw(rawName)} is compressed in a way that wares do not use (${method})`,
    )
  }
  const sizes = {
    size: head.getUint32(24, true),
    compressedSize: head.getUint32(20, true),
    headerOffset: head.getUint32(42, true),
  }
  const fields = readExtraFields(extra, sizes)
  const mode = readMode(head, rawName)
  const path = cleanEntryPath(rawName)
  return {
    entry: {
      path,
      kind: mode.kind,
      mode: mode.permissions,
      uid: fields.owner?.uid ?? 1000,
      gid: fields.owner?.gid ?? 1000,
      seconds:
        fields.seconds ?? readDosTime(head.getUint16(12, true), head.getUint16(14, true)),
      nanoseconds: 0,
      size: mode.kind === 'file' ? fields.size : 0,
      target: '',
    },
    method: method === 0 ? 'stored' : 'deflated',
    crc: head.getUint32(16, true),
    ...{ size: fields.size, compressedSize: fields.compressedSize },
    headerOffset: fields.headerOffset,
    rawName,
  }
}

const kinds: Readonly<Record<number, EntryKind>> = {
  [constants.S_IFREG]: 'file',
  [constants.S_IFDIR]: 'directory',
  [constants.S_IFLNK]: 'symlink',
  [constants.S_IFIFO]: 'fifo',
}

/** Unix modes stand in the upper half of the attributes, when a Unix program wrote the archive. */
function readMode(
  head: DataView,
  rawName: RawText,
): { kind: EntryKind; permissions: number } {
  const madeBy = head.getUint8(5)
  const mode = head.getUint16(40, true)
  const named: EntryKind = rawName.endsWith('/') ? 'directory' : 'file'
  if ((madeBy !== 3 && madeBy !== 19) || mode === 0) {
    return { kind: named, permissions: named === 'directory' ? 0o755 : 0o644 }
  }
  const type = mode & constants.S_IFMT
  // As in tar: a name with a slash is that of a directory, whatever else is said of it.
  const kind = type === 0 || type === constants.S_IFREG ? named : kinds[type]
  if (kind === undefined || (named === 'directory' && kind !== named))
    throw corruptWare(`${quoteRaw(rawName)} is of no kind that a ware may have`)
  return { kind, permissions: mode & 0o7777 }
}

/** In a time zone that nobody knows: taken for UTC. */
function readDosTime(time: number, date: number): number {
  const [year, month, day] = [1980 + (date >>> 9), (date >>> 5) & 15, date & 31]
  const [hour, minute, second] = [time >>> 11, (time >>> 5) & 63, (time & 31) * 2]
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}
