// Archives of records, made and read by the code under test.

import { tmpdir } from 'node:os'
import type { WritableCompression } from '../../src/archive/compress.ts'
import { readArchive } from '../../src/archive/read-archive.ts'
import { openArchiveWriter } from '../../src/archive/write-archive.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { feed, keepRecords, record, type FileRecord } from '../ware/records.ts'
import { inChunks } from './streams.ts'

export const records = [
  record('.', 'directory'),
  record('a', 'directory', { mode: 0o700, uid: 70_000, gid: 3 }),
  record('a/file', 'file', { content: 'x'.repeat(3_000_000), seconds: 5, mode: 0o4755 }),
  record('a/empty', 'file', { seconds: 2 ** 31 - 1 }),
  record('a/\xff name', 'file', { content: 'y' }),
  record('l', 'symlink', { target: '../somewhere', mode: 0o777 }),
  record('p', 'fifo'),
]

export async function pack(
  packtype: 'tar' | 'zip',
  compression: WritableCompression,
  given: readonly FileRecord[] = records,
): Promise<Buffer> {
  const blocks: Buffer[] = []
  const write = (block: Uint8Array) =>
    Promise.resolve(void blocks.push(Buffer.from(block)))
  const writer = openArchiveWriter({ packtype, compression, write })
  feed(given, writer)
  await writer.finish()
  return Buffer.concat(blocks)
}

export async function unpack(
  packtype: 'tar' | 'zip',
  archive: Uint8Array,
  limits = defaultUnpackLimits,
) {
  const { sink, records: found } = keepRecords()
  const scratch = () => tmpdir()
  await readArchive({ packtype, bytes: inChunks(archive, 50_000), sink, limits, scratch })
  return found
}
