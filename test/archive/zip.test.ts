import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read-archive.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { record } from '../ware/records.ts'
import { pack, unpack } from './pack-archive.ts'
import { inChunks } from './streams.ts'

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
    ['content behind the end', { compressedSize: 5000 }, 'share their bytes'],
    ['no entries', { count: 0 }, 'more in it'],
    ['another checksum in front', { localCrc: 7 }, 'two different things of "f"'],
    ['another method in front', { localMethod: 0 }, 'two different things of "f"'],
    ['something behind the content', { behind: 'xy' }, 'something follows'],
    ['something behind its directory', { more: 'xy' }, 'more in it'],
    ['another disk', { disk: 1 }, 'several parts'],
    ['a directory that has content', { name: 'd/', localName: 'd/' }, '"d/" has content'],
    [
      'a link named like a directory',
      { name: 'd/', localName: 'd/', attributes: 0o120777 },
      'of no kind that a ware may have',
    ],
  ]
  test.each(rows)('with %s is refused', async (_, fields, why) => {
    await expect(unpack('zip', zipOf(fields))).rejects.toMatchObject({
      code: 'ware-corrupt',
    })
    await expect(unpack('zip', zipOf(fields))).rejects.toThrow(new RegExp(why))
  })

  test('without a single entry is refused', async () => {
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    await expect(unpack('zip', end)).rejects.toThrow('no entries')
  })

  test('is refused when one entry lies inside of another', async () => {
    // The content of the first, not compressed, is the second with its header.
    const inner = zipOf({ name: 'in', localName: 'in' })
    const whole = nestedZip(inner.subarray(0, inner.readUInt32LE(inner.length - 6)))
    await expect(unpack('zip', whole)).rejects.toThrow('share their bytes')
  })

  test('inflates to no more than the ratio', async () => {
    const given = [record('f', 'file', { content: '\0'.repeat(17 * 1024 * 1024) })]
    const archive = await pack('zip', 'none', given)
    await expect(
      unpack('zip', archive, { ...defaultUnpackLimits, ratio: 100 }),
    ).rejects.toThrow('more than 100 times its size')
  })

  test('with any bit changed is refused, or says the same but for metadata', async () => {
    const whole = zipOf({})
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const broken = Buffer.from(whole)
      broken.writeUInt8((broken[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3)
      try {
        const [file] = await unpack('zip', broken)
        if (file?.entry.kind === 'file') expect(file.content, `bit ${bit}`).toBe('hello')
      } catch (error) {
        expect(error, `bit ${bit}`).toMatchObject({ name: 'R2k8sError' })
      }
    }
  })

  describe('of Info-ZIP', () => {
    test.each(['unix', 'stored'])('%s is read', async (name) => {
      const found = await unpack('zip', zips[name] ?? Buffer.alloc(0))
      const rows = found.map(({ entry, content }) => [
        entry.path,
        entry.kind,
        entry.mode.toString(8),
        entry.uid,
        entry.seconds,
        entry.target === '' ? content.length : entry.target,
      ])
      rows.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
      expect(rows).toEqual([
        ['d', 'directory', '755', 0, 1262304000, 0],
        ['d/a', 'file', '640', 0, 1262304000, 6],
        ['d/empty', 'file', '644', 0, 1262304000, 0],
        ['d/l', 'symlink', '777', 0, 1262304000, '../elsewhere'],
        ['d/zeros', 'file', '4755', 0, 1262304000, 3000],
      ])
    })

    test('without extra fields has usual owners, and its time is taken for UTC', async () => {
      const found = await unpack('zip', zips['without extra fields'] ?? Buffer.alloc(0))
      for (const { entry } of found) {
        expect(entry).toMatchObject({ uid: 1000, gid: 1000, seconds: 1262304000 })
      }
    })

    test('in zip64 is read', async () => {
      const found = await unpack('zip', zips['zip64'] ?? Buffer.alloc(0))
      expect(found.map(({ content }) => content)).toEqual(['large in form\n'])
    })

    test('from a pipe, which it takes for a fifo, is refused', async () => {
      const archive = zips['a fifo with content'] ?? Buffer.alloc(0)
      await expect(unpack('zip', archive)).rejects.toThrow('"-" has content')
    })

    test('encrypted is refused', async () => {
      await expect(unpack('zip', zips['encrypted'] ?? Buffer.alloc(0))).rejects.toThrow(
        'is encrypted',
      )
    })
  })

  test.each([
    ['a time before 1901', { seconds: -(2 ** 31) - 1 }, 'a time'],
    ['a time after 2038', { seconds: 2 ** 31 }, 'a time'],
    ['a fraction of a second', { nanoseconds: 1 }, 'a time'],
    ['attributes', { xattrs: new Map([['user.a', 'b']]) }, 'attributes'],
  ])('does not lose %s without a word', async (_, more, what) => {
    await expect(pack('zip', 'none', [record('f', 'file', more)])).rejects.toThrow(
      `"f" has ${what} that a zip archive cannot hold`,
    )
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

const { zips: encodedZips } = JSON.parse(
  readFileSync(new URL('samples.json', import.meta.url), 'utf8'),
) as { zips: Record<string, string> } // the file is ours
const zips = Object.fromEntries(
  Object.entries(encodedZips).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
)

/** One file whose content is `member`, a file with its header, and that one as another entry. */
function nestedZip(member: Buffer): Buffer {
  const outer = zipOf({ method: 0, plain: member.toString('latin1') })
  const inner = zipOf({ name: 'in', localName: 'in' })
  const [first, second] = [outer, inner].map((zip) =>
    Buffer.from(zip.subarray(zip.readUInt32LE(zip.length - 6), -22)),
  )
  if (first === undefined || second === undefined) throw new Error('no directory')
  second.writeUInt32LE(31, 42)
  const directory = Buffer.concat([first, second])
  const body = outer.subarray(0, outer.readUInt32LE(outer.length - 6))
  const end = Buffer.from(outer.subarray(-22))
  end.writeUInt16LE(2, 8)
  end.writeUInt16LE(2, 10)
  end.writeUInt32LE(directory.length, 12)
  return Buffer.concat([body, directory, end])
}

interface ZipFields {
  /** Raw; stored as it is. */
  plain?: string
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
  localCrc?: number
  localMethod?: number
  /** Behind the content, and part of it by the sizes. */
  behind?: string
  /** Between the only record of the directory and its end. */
  more?: string
  disk?: number
}

/** One file `f` with "hello", written by hand. */
function zipOf(fields: ZipFields): Buffer {
  const content = Buffer.from(fields.plain ?? 'hello', 'latin1')
  const { behind = '', more = '', disk = 0 } = fields
  const data = fields.plain === undefined ? deflateRawSync(content) : content
  const packed = Buffer.concat([data, Buffer.from(behind)])
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
  const { localCrc = crc, localMethod = method } = fields
  local.writeUInt16LE(localMethod, 8)
  local.writeUInt32LE(localCrc, 14)
  local.writeUInt32LE(compressedSize, 18)
  local.writeUInt32LE(size, 22)
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
  const directory = Buffer.concat([central, Buffer.from(name + more)])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(disk, 4)
  end.writeUInt16LE(disk, 6)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(body.length, 16)
  return Buffer.concat([body, directory, end])
}
