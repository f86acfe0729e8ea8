// Records → a zip archive, in one pass: sizes and checksums follow each content (wares.md §5.4).

import { constants } from 'node:fs'
import { constants as zlib, crc32, deflateRawSync } from 'node:zlib'
import type { Entry, EntrySink, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawBytesOf } from '../ware/raw-text.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import {
  centralHeader,
  dataDescriptor,
  endRecords,
  localHeader,
  type WrittenMember,
} from './zip-records.ts'

export interface ZipWriter extends EntrySink {
  readonly end: () => void
}

/** Each piece of a content is deflated on its own and flushed to a whole byte, so pieces join. */
const pieceBytes = 1024 * 1024
/** What closes a deflate stream: a last block without anything in it. */
const lastBlock = Uint8Array.of(3, 0)

export function createZipWriter(output: (chunk: Uint8Array) => void): ZipWriter {
  const members: WrittenMember[] = []
  let offset = 0
  let open: OpenMember | undefined

  function write(chunk: Uint8Array): void {
    offset += chunk.length
    output(chunk)
  }

  function start(entry: Entry): void {
    refuseWhatIsLost(entry)
    const head = { entry, name: archiveName(entry), mode: modeOf(entry), offset }
    open = { ...head, crc: 0, size: 0, compressedSize: 0, pending: [], pendingBytes: 0 }
    write(localHeader(head))
  }

  function add(chunk: Uint8Array): void {
    if (open === undefined) throw new Error('content of no file')
    open.crc = crc32(chunk, open.crc)
    open.size += chunk.length
    open.pending.push(Buffer.from(chunk))
    open.pendingBytes += chunk.length
    if (open.pendingBytes >= pieceBytes) flush(open)
  }

  function flush(member: OpenMember): void {
    const piece = deflateRawSync(Buffer.concat(member.pending), {
      finishFlush: zlib.Z_SYNC_FLUSH,
    })
    member.pending = []
    member.pendingBytes = 0
    member.compressedSize += piece.length
    write(piece)
  }

  function finish(): void {
    if (open === undefined) throw new Error('a file ends that has not begun')
    if (open.size > 0) {
      if (open.pendingBytes > 0) flush(open)
      open.compressedSize += lastBlock.length
      write(lastBlock)
    }
    write(dataDescriptor(open))
    members.push(open)
    open = undefined
  }

  return {
    entry: (entry) => {
      start(entry)
      if (entry.kind === 'file') return
      if (entry.kind === 'symlink') add(rawBytesOf(entry.target))
      finish()
    },
    content: add,
    endFile: finish,
    end: () => {
      const directory = offset
      for (const member of members) write(centralHeader(member))
      write(
        endRecords({
          count: members.length,
          offset: directory,
          size: offset - directory,
        }),
      )
    },
  }
}

interface OpenMember extends WrittenMember {
  crc: number
  size: number
  compressedSize: number
  pending: Buffer[]
  pendingBytes: number
}

/** rio names the entries of zip archives as those of tars. */
function archiveName({ path, kind }: Entry): RawText {
  if (path === '.') return kind === 'directory' ? './' : '.'
  return kind === 'directory' ? `./${path}/` : `./${path}`
}

/** A zip archive without them would be another ware than the one that was identified. */
function refuseWhatIsLost({ path, seconds, nanoseconds, xattrs }: Entry): void {
  const hasTime = seconds >= -(2 ** 31) && seconds < 2 ** 31 && nanoseconds === 0
  if (hasTime && (xattrs?.size ?? 0) === 0) return
  const [what, hint] = hasTime
    ? ['attributes', 'pack it as tar']
    : ['a time', 'pack it as tar, or give it another time with --filters mtime=@…']
  throw inoperablePath(`${quoteRaw(path)} has ${what} that a zip archive cannot hold`, [
    hint,
  ])
}

const types = {
  file: constants.S_IFREG,
  directory: constants.S_IFDIR,
  symlink: constants.S_IFLNK,
  fifo: constants.S_IFIFO,
}

function modeOf({ path, kind, mode }: Entry): number {
  if (kind === 'block-device' || kind === 'character-device') {
    throw inoperablePath(
      `${quoteRaw(path)} is a device, which a zip archive cannot hold`,
      ['pack it as tar, or leave it out with --filters dev=ignore'],
    )
  }
  return types[kind] | mode
}
