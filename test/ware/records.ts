// Records for tests, and sinks that keep what they are given.

import type { Entry, EntryKind, EntrySink } from '../../src/ware/entry.ts'
import { createIdentifier, type Identified } from '../../src/ware/identify.ts'
import type { IdentifyOptions } from '../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { createTarReader, type TarReaderOptions } from '../../src/ware/tar/tar-reader.ts'
import { createTarWriter } from '../../src/ware/tar/tar-writer.ts'

export interface FileRecord {
  readonly entry: Entry
  readonly content: string
}

/** `record('a/b', 'file', { content: 'x' })`; names and contents are raw. */
export function record(
  path: string,
  kind: EntryKind = 'file',
  more: Partial<Entry> & { content?: string } = {},
): FileRecord {
  const { content = '', ...members } = more
  const entry: Entry = {
    path,
    kind,
    mode: kind === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    seconds: 1262304000,
    nanoseconds: 0,
    size: kind === 'file' ? content.length : 0,
    target: kind === 'symlink' ? 'a' : '',
    ...members,
  }
  return { entry, content }
}

export function feed(records: readonly FileRecord[], sink: EntrySink): void {
  for (const { entry, content } of records) {
    sink.entry(entry)
    if (entry.kind !== 'file') continue
    if (content !== '') sink.content(Buffer.from(content, 'latin1'))
    sink.endFile()
  }
}

export function identify(
  records: readonly FileRecord[],
  options: IdentifyOptions = {},
): Identified {
  const identifier = createIdentifier(options)
  feed(records, identifier)
  return identifier.finish()
}

export function packTar(records: readonly FileRecord[]): Buffer {
  const chunks: Uint8Array[] = []
  const writer = createTarWriter((chunk) => chunks.push(Buffer.from(chunk)))
  feed(records, writer)
  writer.end()
  return Buffer.concat(chunks)
}

/** What a reader finds, in chunks of `step` bytes. */
export function readTar(
  archive: Uint8Array,
  { step = archive.length, limits = defaultUnpackLimits, options = {} }: ReadOptions = {},
): FileRecord[] {
  const { sink, records } = keepRecords()
  const reader = createTarReader(sink, limits, options)
  for (let at = 0; at < archive.length; at += step) {
    reader.push(archive.subarray(at, at + step))
  }
  reader.end()
  return records
}

interface ReadOptions {
  readonly step?: number
  readonly limits?: typeof defaultUnpackLimits
  readonly options?: TarReaderOptions
}

export function keepRecords(): { sink: EntrySink; records: FileRecord[] } {
  const records: FileRecord[] = []
  let chunks: Buffer[] = []
  let open: Entry | undefined
  const sink: EntrySink = {
    entry: (entry) => {
      if (entry.kind === 'file') open = entry
      else records.push({ entry, content: '' })
    },
    content: (chunk) => {
      chunks.push(Buffer.from(chunk))
    },
    endFile: () => {
      if (open === undefined) throw new Error('no file is open')
      records.push({ entry: open, content: Buffer.concat(chunks).toString('latin1') })
      chunks = []
      open = undefined
    },
  }
  return { sink, records }
}

export interface RawHeader {
  readonly name?: string
  readonly type?: string
  readonly mode?: string
  readonly uid?: string
  readonly size?: string
  readonly mtime?: string
  readonly target?: string
  readonly magic?: string
  readonly prefix?: string
  /** Put over the finished block, ahead of the checksum: offset and bytes. */
  readonly patch?: readonly (readonly [number, string])[]
}

/** A header block with its fields as text, checksum right. */
export function rawHeader(header: RawHeader): Buffer {
  const block = Buffer.alloc(512)
  const put = (at: number, text: string): void => void block.write(text, at, 'latin1')
  put(0, header.name ?? 'f')
  put(100, header.mode ?? '0000644\0')
  put(108, header.uid ?? '0000000\0')
  put(116, '0000000\0')
  put(124, header.size ?? '00000000000\0')
  put(136, header.mtime ?? '11317235400\0')
  put(156, header.type ?? '0')
  put(157, header.target ?? '')
  put(257, header.magic ?? 'ustar\u000000')
  put(345, header.prefix ?? '')
  for (const [at, text] of header.patch ?? []) put(at, text)
  put(148, '        ')
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/** Blocks one after the other, filled up, with what closes an archive. */
export function rawTar(...parts: readonly (Uint8Array | string)[]): Buffer {
  const blocks = parts.map((part) => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part
    return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

export function pax(records: Readonly<Record<string, string>>): Buffer {
  let text = ''
  for (const [key, value] of Object.entries(records)) {
    const rest = ` ${key}=${value}\n`
    let length = rest.length
    while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
    text += `${length}${rest}`
  }
  const size = text.length.toString(8).padStart(11, '0')
  const body = Buffer.from(text, 'latin1')
  return Buffer.concat([
    rawHeader({ name: 'pax', type: 'x', size: `${size}\0` }),
    body,
    Buffer.alloc(-body.length & 511),
  ])
}
