// A zip archive → records. It is read from its end, so it is kept in a file first.

import { createInflateRaw, crc32, inflateRawSync } from 'node:zlib'
import type { EntrySink } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { createLimitCheck } from '../ware/limit-check.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { createInflationCheck, type InflationCheck } from './inflation-check.ts'
import { openSpool, type Spool } from './spool.ts'
import { explainZlib, throughStream } from './through-stream.ts'
import { findZipDirectory, readZipDirectory, type ZipMember } from './zip-directory.ts'
import { locateContent } from './zip-local.ts'
import { createZipPlaces } from './zip-places.ts'

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
    const inflation = createInflationCheck(limits, () => spool.size)
    const directory = findZipDirectory(spool)
    const places = createZipPlaces(directory.offset)
    for (const member of readZipDirectory(spool, directory)) {
      check.entry(member.entry, member.entry.size)
      const start = locateContent(member, spool)
      places.add(member.headerOffset, start + member.compressedSize)
      await readMember(member, { spool, start, sink, limits, inflation })
      const wait = sink.pause?.()
      if (wait !== undefined) await wait
    }
    if (check.entries() === 0) throw corruptWare('the archive has no entries')
    places.finish()
  } finally {
    spool.close()
  }
}

interface Reading {
  readonly spool: Spool
  /** Offset of the content. */
  readonly start: number
  readonly sink: EntrySink
  readonly limits: UnpackLimits
  readonly inflation: InflationCheck
}

async function readMember(member: ZipMember, reading: Reading): Promise<void> {
  const { entry, rawName } = member
  const { sink, limits } = reading
  switch (entry.kind) {
    case 'file': {
      sink.entry(entry)
      for await (const chunk of contentOf(member, reading)) {
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
      for await (const chunk of contentOf(member, reading)) parts.push(rawTextOf(chunk))
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
      if (member.size > 0) throw corruptWare(`${quoteRaw(rawName)} has content`)
      sink.entry(entry)
  }
}

/** Checked against size and checksum. */
async function* contentOf(
  member: ZipMember,
  reading: Reading,
): AsyncGenerator<Uint8Array> {
  const name = quoteRaw(member.rawName)
  let crc = 0
  let size = 0
  for await (const chunk of inflate(member, reading)) {
    size += chunk.length
    reading.inflation.add(chunk.length)
    if (size > member.size) throw corruptWare(`${name} is longer than the archive says`)
    crc = crc32(chunk, crc)
    if (chunk.length > 0) yield chunk
  }
  if (size !== member.size) throw corruptWare(`${name} is shorter than the archive says`)
  if (crc !== member.crc) throw corruptWare(`${name} has a wrong checksum`)
}

/** Up to this size at once: a stream costs more than the inflating. */
const smallBytes = 256 * 1024

async function* inflate(
  { method, size, compressedSize }: ZipMember,
  { spool, start }: Reading,
): AsyncGenerator<Uint8Array> {
  if (method === 'deflated' && size <= smallBytes && compressedSize <= smallBytes) {
    yield inflateSmall(spool.read(start, compressedSize), size)
    return
  }
  const stored = readChunks(spool, start, compressedSize)
  if (method === 'stored') yield* stored
  else {
    const decoder = createInflateRaw({ chunkSize: smallBytes })
    yield* throughStream(stored, decoder, { what: 'zip', rest: 'nothing' })
  }
}

function inflateSmall(bytes: Uint8Array, size: number): Uint8Array {
  try {
    const maxOutputLength = Math.max(size, 1)
    const inflated: unknown = inflateRawSync(bytes, { maxOutputLength, info: true })
    if (!hasEngine(inflated)) throw new Error('zlib tells nothing of its work')
    if (inflated.engine.bytesWritten < bytes.length) {
      throw corruptWare('something follows the zip data')
    }
    return inflated.buffer
  } catch (error) {
    throw explainZlib(error, 'zip')
  }
}

/** What zlib returns with `info`, of which its types know nothing. */
function hasEngine(
  value: unknown,
): value is { buffer: Uint8Array; engine: { bytesWritten: number } } {
  return typeof value === 'object' && value !== null && 'engine' in value
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
