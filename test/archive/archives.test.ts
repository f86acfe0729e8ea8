import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { WritableCompression } from '../../src/archive/compress.ts'
import { openCompressor } from '../../src/archive/compress.ts'
import { readArchive } from '../../src/archive/read-archive.ts'
import { openArchiveWriter } from '../../src/archive/write-archive.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { feed, identify, keepRecords, record, type FileRecord } from '../ware/records.ts'
import { inChunks, inflate } from './streams.ts'

const records = [
  record('.', 'directory'),
  record('a', 'directory', { mode: 0o700, uid: 70_000, gid: 3 }),
  record('a/file', 'file', { content: 'x'.repeat(3_000_000), seconds: 5, mode: 0o4755 }),
  record('a/empty', 'file', { seconds: 2 ** 31 - 1 }),
  record('a/\xff name', 'file', { content: 'y' }),
  record('l', 'symlink', { target: '../somewhere', mode: 0o777 }),
  record('p', 'fifo'),
]

async function pack(
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

async function unpack(
  packtype: 'tar' | 'zip',
  archive: Uint8Array,
  limits = defaultUnpackLimits,
) {
  const { sink, records: found } = keepRecords()
  const scratch = () => tmpdir()
  await readArchive({ packtype, bytes: inChunks(archive, 50_000), sink, limits, scratch })
  return found
}

const kinds: ['tar' | 'zip', WritableCompression][] = [
  ['tar', 'gzip'],
  ['tar', 'zstd'],
  ['tar', 'none'],
  ['zip', 'none'],
]

describe('an archive gives the records that went in', () => {
  test.each(kinds)('%s, %s', async (packtype, compression) => {
    const archive = await pack(packtype, compression)
    expect(identify(await unpack(packtype, archive))).toEqual(identify(records))
    // The same bytes every time, whatever thread was faster.
    expect((await pack(packtype, compression)).equals(archive)).toBe(true)
  })
})

test('gzip in members is one archive to others', async () => {
  const archive = await pack('tar', 'gzip')
  expect(gunzipSync(archive).equals(await pack('tar', 'none'))).toBe(true)
  expect(
    (await inflate(await pack('tar', 'zstd'))).equals(await pack('tar', 'none')),
  ).toBe(true)
})

describe('a compressor', () => {
  test('asks for a pause when the target is slow, and writes in order', async () => {
    const written: number[] = []
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const write = async (block: Uint8Array): Promise<void> => {
      await gate
      written.push(block[0] ?? -1)
    }
    const compressor = openCompressor({ compression: 'none', write })
    let pushed = 0
    while (compressor.pause() === undefined) {
      compressor.push(Buffer.alloc(512 * 1024, pushed++))
      if (pushed > 100) throw new Error('it takes everything')
    }
    open()
    await compressor.finish()
    expect(written).toEqual(Array.from({ length: pushed }, (_, i) => i))
  })

  test('tells of a target that fails, once and not as a rejection of nobody', async () => {
    const write = () => Promise.reject(new Error('the disk is full'))
    const compressor = openCompressor({ compression: 'gzip', write })
    compressor.push(Buffer.alloc(2_000_000))
    await expect(compressor.finish()).rejects.toThrow('the disk is full')
  })
})

describe('zip', () => {
  interface Published {
    readonly vectors: readonly { packtype: string; archive?: string; expected: string }[]
  }
  const published = JSON.parse(
    readFileSync(new URL('../data/wares/published.json', import.meta.url), 'utf8'),
  ) as Published // the file is ours

  test.each(published.vectors.filter(({ packtype }) => packtype === 'zip'))(
    'a published archive gives $expected',
    async ({ archive = '', expected }) => {
      const identifier = createIdentifier()
      const bytes = inChunks(Buffer.from(archive, 'base64'))
      const scratch = () => tmpdir()
      const limits = defaultUnpackLimits
      await readArchive({ packtype: 'zip', bytes, sink: identifier, limits, scratch })
      expect(`zip:${identifier.finish().hash}`).toBe(expected)
    },
  )

  const rows: [string, Parameters<typeof zipOf>[0], string][] = [
    ['a wrong checksum', { crc: 1 }, 'wrong checksum'],
    ['a size too small', { size: 3 }, 'longer than the archive says|inflates to more'],
    ['a size too large', { size: 99 }, 'shorter than the archive says'],
    ['encryption', { flags: 1 }, 'is encrypted'],
    ['another method', { method: 12 }, 'compressed in a way'],
    [
      'another name in front of the content',
      { localName: 'other' },
      'does not stand where',
    ],
    [
      'a name that leads out',
      { name: '../x', localName: '../x' },
      'leads out of the ware',
    ],
    ['an absolute name', { name: '/x', localName: '/x' }, 'is absolute'],
    ['a device', { attributes: 0o060644 }, 'of no kind that a ware may have'],
    ['content behind the end', { compressedSize: 5000 }, 'points behind its end'],
    ['no entries', { count: 0 }, 'no entries'],
  ]
  test.each(rows)('with %s is refused', async (_, fields, why) => {
    await expect(unpack('zip', zipOf(fields))).rejects.toMatchObject({
      code: 'ware-corrupt',
    })
    await expect(unpack('zip', zipOf(fields))).rejects.toThrow(new RegExp(why))
  })

  test('is refused wherever it ends', async () => {
    const whole = zipOf({})
    for (let end = 0; end < whole.length; end++) {
      await expect(unpack('zip', whole.subarray(0, end))).rejects.toMatchObject({
        code: 'ware-corrupt',
      })
    }
    expect((await unpack('zip', whole)).map(({ content }) => content)).toEqual(['hello'])
  })

  test('of a program that is not of Unix has usual modes and owners', async () => {
    const [file] = await unpack('zip', zipOf({ attributes: 0 }))
    expect(file?.entry).toMatchObject({
      mode: 0o644,
      uid: 1000,
      gid: 1000,
      seconds: 1262304000,
    })
  })

  test('cannot hold devices', async () => {
    const device = record('d', 'block-device', { device: { major: 8, minor: 0 } })
    await expect(pack('zip', 'none', [device])).rejects.toMatchObject({
      code: 'inoperable-path',
    })
  })
})

interface ZipFields {
  name?: string
  localName?: string
  crc?: number
  size?: number
  compressedSize?: number
  flags?: number
  method?: number
  /** Unix mode. */
  attributes?: number
  count?: number
}

/** One file `f` with "hello", written by hand. */
function zipOf(fields: ZipFields): Buffer {
  const content = Buffer.from('hello')
  const packed = deflateRawSync(content)
  const {
    name = 'f',
    localName = 'f',
    crc = crc32(content),
    size = content.length,
    compressedSize = packed.length,
    flags = 0,
    method = 8,
    attributes = 0o100644,
    count = 1,
  } = fields
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(method, 8)
  local.writeUInt16LE(localName.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt8(20, 4)
  central.writeUInt8(3, 5)
  central.writeUInt16LE(flags, 8)
  central.writeUInt16LE(method, 10)
  central.writeUInt16LE(((2010 - 1980) << 9) | (1 << 5) | 1, 14)
  central.writeUInt32LE(crc, 16)
  central.writeUInt32LE(compressedSize, 20)
  central.writeUInt32LE(size, 24)
  central.writeUInt16LE(name.length, 28)
  central.writeUInt32LE((attributes << 16) >>> 0, 38)
  const body = Buffer.concat([local, Buffer.from(localName), packed])
  const directory = Buffer.concat([central, Buffer.from(name)])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(body.length, 16)
  return Buffer.concat([body, directory, end])
}
