// A tar header with its pax and GNU extensions → the record it stands for.

import type { Entry, EntryKind, RawText } from '../entry.ts'
import { cleanEntryPath, quoteRaw } from '../entry-path.ts'
import { corruptWare } from '../ware-problems.ts'
import { readDecimal, readPaxTime } from './numbers.ts'
import type { PaxRecords } from './pax-records.ts'
import type { TarHeader } from './tar-header.ts'

export interface Extensions {
  readonly pax: PaxRecords
  /** GNU `L` and `K`. */
  readonly longName: RawText | undefined
  readonly longTarget: RawText | undefined
}

const kinds: Readonly<Record<string, EntryKind | 'hardlink'>> = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  S: 'file',
}

const highestId = 0xffff_ffff

export interface TarEntry {
  readonly entry: Entry
  /** Stands for another entry of the archive: of such a one, `target` is that one's name. */
  readonly isHardlink: boolean
  /** Bytes that follow in the archive. */
  readonly stored: number
}

export function makeTarEntry(header: TarHeader, extensions: Extensions): TarEntry {
  const { pax, longName, longTarget } = extensions
  const value = (key: string): RawText | undefined => pax.values.get(key) || undefined
  const written = value('GNU.sparse.name') ?? value('path') ?? longName ?? header.name
  const path = cleanEntryPath(written)
  const stated = kinds[header.type]
  if (stated === undefined) {
    throw corruptWare(
      `${quoteRaw(path)} has the type ${quoteRaw(header.type)}, which no ware may have`,
    )
  }
  const size =
    value('size') === undefined ? header.size : readDecimal(value('size') ?? '', 'size')
  // Old archives have no type for directories.
  const kind =
    stated === 'file' && written.endsWith('/') && size === 0 ? 'directory' : stated
  const isLink = kind === 'symlink' || kind === 'hardlink'
  const target = isLink ? (value('linkpath') ?? longTarget ?? header.target) : ''
  if (isLink && (target === '' || target.includes('\0'))) {
    throw corruptWare(`the link ${quoteRaw(path)} has no valid target`)
  }
  if (size < 0) throw corruptWare(`${quoteRaw(path)} has a negative size`)
  const mtime = value('mtime')
  const time =
    mtime === undefined ? { seconds: header.seconds, nanoseconds: 0 } : readPaxTime(mtime)
  const stored = kind === 'file' ? size : 0
  return {
    stored,
    isHardlink: kind === 'hardlink',
    entry: {
      path,
      kind: kind === 'hardlink' ? 'file' : kind,
      mode: header.mode & 0o7777,
      uid: ownerId(value('uid'), header.uid, path),
      gid: ownerId(value('gid'), header.gid, path),
      ...time,
      size: stored,
      target,
      ...((kind === 'block-device' || kind === 'character-device') && {
        device: { major: header.major, minor: header.minor },
      }),
      ...(pax.xattrs.size > 0 && { xattrs: pax.xattrs }),
    },
  }
}

function ownerId(written: RawText | undefined, inHeader: number, path: RawText): number {
  const id = written === undefined ? inHeader : readDecimal(written, 'owner')
  if (id < 0 || id > highestId)
    throw corruptWare(`${quoteRaw(path)} has an impossible owner`)
  return id
}
