// A zip archive → records. It is read from its end, so it is kept in a file first.

import { createInflateRaw, crc32, inflateRawSync } from 'node:zlib'
import type { EntrySink } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { createLimitCheck } from '../ware/limit-check.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { openSpool, type Spool } from './spool.ts'
import { explainZlib, throughStream } from './through-stream.ts'
import { readZipDirectory, type ZipMember } from './zip-directory.ts'
import { viewOf } from './zip-numbers.ts'

export interface ZipRequest {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly sink: EntrySink
  readonly limits: UnpackLimits
  /** A private directory. */
  readonly scratch: string
}

export async function readZip({
  bytes,
  sink,
  limits,
  scratch,
}: ZipRequest): Promise<void> {
  const spool = await openSpool(bytes, scratch, limits.bytes)
  try {
    const check = createLimitCheck(limits)
    const places = createPlaceCheck()
    for (const member of readZipDirectory(spool)) {
      check.entry(member.entry, member.entry.size)
      places.add(member)
      await readMember(member, { spool, sink, limits })
      const wait = sink.pause?.()
      if (wait !== undefined) await wait
    }
    if (check.entries() === 0) throw corruptWare('the archive has no entries')
  } finally {
    spool.close()
  }
}

/** Members that share their bytes are how bombs of zip are made. */
function createPlaceCheck() {
  const taken = new Set<number>()
  return {
    add: ({ headerOffset, rawName }: ZipMember): void => {
      if (taken.has(headerOffset)) {
        throw corruptWare(`${quoteRaw(rawName)} shares its bytes with another entry`)
      }
      taken.add(headerOffset)
    },
  }
}

interface Reading {
  readonly spool: Spool
  readonly sink: EntrySink
  readonly limits: UnpackLimits
}

async function readMember(
  member: ZipMember,
  { spool, sink, limits }: Reading,
): Promise<void> {
  const { entry, rawName } = member
  switch (entry.kind) {
    case 'file': {
      sink.entry(entry)
      for await (const chunk of contentOf(member, spool)) {
        sink.content(chunk)
        const wait = sink.pause?.()
        if (wait !== undefined) await wait
      }
      sink.endFile()
      return
    }
    case 'symlink': {
      if (member.size > limits.pathBytes) {
        throw corruptWare(`the target of ${quoteRaw(rawName)} has ${member.size} bytes`)
      }
      const parts: string[] = []
      for await (const chunk of contentOf(member, spool)) parts.push(rawTextOf(chunk))
      const target = parts.join('')
      if (target === '' || target.includes('\0')) {
        throw corruptWare(`the link ${quoteRaw(rawName)} has no valid target`)
      }
      sink.entry({ ...entry, target })
      return
    }
    case 'directory':
    case 'fifo':
    case 'block-device':
    case 'character-device':
      sink.entry(entry)
  }
}

/** Checked against size and checksum. */
async function* contentOf(member: ZipMember, spool: Spool): AsyncGenerator<Uint8Array> {
  const name = quoteRaw(member.rawName)
  let crc = 0
  let size = 0
  for await (const chunk of inflate(member, spool)) {
    size += chunk.length
    if (size > member.size) throw corruptWare(`${name} is longer than the archive says`)
    crc = crc32(chunk, crc)
    if (chunk.length > 0) yield chunk
  }
  if (size !== member.size) throw corruptWare(`${name} is shorter than the archive says`)
  if (crc !== member.crc) throw corruptWare(`${name} has a wrong checksum`)
}

/** Up to this size at once: a stream costs more than the inflating. */
const smallBytes = 256 * 1024

async function* inflate(member: ZipMember, spool: Spool): AsyncGenerator<Uint8Array> {
  const { method, size, compressedSize } = member
  const start = contentOffset(member, spool)
  if (method === 'deflated' && size <= smallBytes && compressedSize <= smallBytes) {
    yield inflateSmall(spool.read(start, compressedSize), size)
    return
  }
  const stored = readChunks(spool, start, compressedSize)
  if (method === 'stored') yield* stored
  else yield* throughStream(stored, createInflateRaw({ chunkSize: smallBytes }), 'zip')
}

function inflateSmall(bytes: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) })
  } catch (error) {
    throw explainZlib(error, 'zip')
  }
}

/** Behind the local header, whose own lengths count: they need not be those of the directory. */
function contentOffset({ headerOffset, rawName }: ZipMember, spool: Spool): number {
  const head = viewOf(spool.read(headerOffset, 30))
  const nameLength = head.getUint16(26, true)
  const isHeader = head.getUint32(0, true) === 0x04034b50
  const localName = rawTextOf(spool.read(headerOffset + 30, nameLength))
  if (!isHeader || localName !== rawName) {
    throw corruptWare(`${quoteRaw(rawName)} does not stand where the zip archive says`)
  }
  return headerOffset + 30 + nameLength + head.getUint16(28, true)
}

async function* readChunks(
  spool: Spool,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += smallBytes) {
    yield await Promise.resolve(
      spool.read(offset + at, Math.min(smallBytes, length - at)),
    )
  }
}
