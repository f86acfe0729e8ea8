import { describe, expect, test } from 'vitest'
import { createIdentifier } from '../../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../../src/ware/unpack-limits.ts'
import { createTarReader } from '../../../src/ware/tar/tar-reader.ts'
import { packTar, pax, rawHeader, rawTar, readTar, record } from '../records.ts'

const size = (bytes: number): string => `${bytes.toString(8).padStart(11, '0')}\0`
const only = (archive: Uint8Array) => {
  const [first, ...others] = readTar(archive)
  if (first === undefined || others.length > 0) throw new Error('not one record')
  return first
}

/** Reader and identifier together, as everything reads archives. */
function scan(archive: Uint8Array, limits = defaultUnpackLimits): string {
  const identifier = createIdentifier()
  const reader = createTarReader(identifier, limits)
  reader.push(archive)
  reader.end()
  return identifier.finish().hash
}

describe('archives that wares.md §5.2 refuses', () => {
  const rows: [string, Uint8Array, string][] = [
    [
      'the same file twice',
      rawTar(rawHeader({ name: 'a' }), rawHeader({ name: './a' })),
      'ware-corrupt',
    ],
    [
      'a file and a directory on one path',
      rawTar(rawHeader({ name: 'a' }), rawHeader({ name: 'a/', type: '5' })),
      'inoperable-path',
    ],
    [
      'a child below a file',
      rawTar(rawHeader({ name: 'a' }), rawHeader({ name: 'a/b' })),
      'inoperable-path',
    ],
    [
      'a child below a symlink',
      rawTar(
        rawHeader({ name: 'a', type: '2', target: '/etc' }),
        rawHeader({ name: 'a/b' }),
      ),
      'inoperable-path',
    ],
    ['an absolute name', rawTar(rawHeader({ name: '/a' })), 'ware-corrupt'],
    ['a name that leaves the base', rawTar(rawHeader({ name: '../a' })), 'ware-corrupt'],
    [
      'a name that leaves the base later',
      rawTar(rawHeader({ name: 'a/../../b' })),
      'ware-corrupt',
    ],
    [
      'a top-level name that begins with two dots',
      rawTar(rawHeader({ name: '..data' })),
      'inoperable-path',
    ],
    [
      'a hardlink',
      rawTar(rawHeader({ name: 'a' }), rawHeader({ name: 'b', type: '1', target: 'a' })),
      'inoperable-path',
    ],
    ['the type 7', rawTar(rawHeader({ name: 'a', type: '7' })), 'ware-corrupt'],
    ['an unknown type', rawTar(rawHeader({ name: 'a', type: 'Z' })), 'ware-corrupt'],
    ['no entries', rawTar(), 'ware-corrupt'],
    ['nothing at all', new Uint8Array(0), 'ware-corrupt'],
    ['a global header alone', rawTar(rawHeader({ type: 'g' })), 'ware-corrupt'],
    ['a wrong checksum', rawTar(rawHeader({}).fill('x', 0, 1)), 'ware-corrupt'],
    ['a page of HTML', Buffer.from('<!doctype html>'.repeat(100)), 'ware-corrupt'],
    ['a header without end', rawHeader({}).subarray(0, 300), 'ware-corrupt'],
    [
      'content without end',
      Buffer.concat([rawHeader({ size: size(9) }), Buffer.from('12345')]),
      'ware-corrupt',
    ],
    ['a negative size', rawTar(rawHeader({ size: '\xff'.repeat(12) })), 'ware-corrupt'],
    [
      'a size beyond all numbers',
      rawTar(rawHeader({ size: `\x80${'\xff'.repeat(11)}` })),
      'ware-corrupt',
    ],
    ['letters for a number', rawTar(rawHeader({ mode: 'rwxr-xr\0' })), 'ware-corrupt'],
    ['a symlink without target', rawTar(rawHeader({ type: '2' })), 'ware-corrupt'],
    ['an owner below zero', rawTar(rawHeader({ uid: '\xff'.repeat(8) })), 'ware-corrupt'],
    [
      'a malformed pax record',
      rawTar(rawHeader({ type: 'x', size: size(6) }), '9 a=b\n', rawHeader({})),
      'ware-corrupt',
    ],
    [
      'a pax record of no length',
      rawTar(rawHeader({ type: 'x', size: size(6) }), '0 a=b\n', rawHeader({})),
      'ware-corrupt',
    ],
    ['a NUL in a pax path', rawTar(pax({ path: 'a\0b' }), rawHeader({})), 'ware-corrupt'],
    ['a pax header at the end', rawTar(pax({ path: 'a' })), 'ware-corrupt'],
    [
      'an extension of gigabytes',
      rawTar(rawHeader({ type: 'L', size: '77777777777\0' })),
      'ware-corrupt',
    ],
    [
      'zeros between entries',
      rawTar(rawHeader({ name: 'a' }), Buffer.alloc(512), rawHeader({ name: 'b' })),
      'ware-corrupt',
    ],
  ]
  test.each(rows)('%s', (_, archive, code) => {
    expect(() => scan(archive)).toThrow(expect.objectContaining({ code }))
  })

  test('at whatever byte an archive ends', () => {
    const archive = rawTar(
      pax({ mtime: '1.5' }),
      rawHeader({ size: size(700) }),
      'x'.repeat(700),
    )
    const whole = archive.length - 1024
    for (let end = 0; end < whole; end++) {
      expect(() => scan(archive.subarray(0, end))).toThrow(
        expect.objectContaining({ code: 'ware-corrupt' }),
      )
    }
    expect(scan(archive.subarray(0, whole))).toBe(scan(archive))
  })
})

describe('archives that are taken', () => {
  test('a root that is a plain file', () => {
    expect(scan(rawTar(rawHeader({ name: '.' })))).toBe(scan(packTar([record('.')])))
  })

  test('only a root, or only links, as a lone root', () => {
    const lone = 'iJoKZAKWRWTCZ6YQDZYnU2eXjKZ93VyJ1eiis2E3UvbfqXKn8APYeWhSxHyXAtQSG'
    expect(scan(packTar([record('.', 'directory')]))).toBe(lone)
    expect(scan(packTar([record('l', 'symlink')]))).toBe(lone)
    expect(scan(packTar([record('p', 'fifo')]))).toBe(lone)
  })

  const names: [string, string, string][] = [
    ['./a', 'a', 'file'],
    ['a//b', 'a/b', 'file'],
    ['a/./b', 'a/b', 'file'],
    ['a/../b', 'b', 'file'],
    ['a/..data', 'a/..data', 'file'],
    ['.hidden', '.hidden', 'file'],
    ['a/', 'a', 'directory'],
    ['\xff\xfe', '\xff\xfe', 'file'],
  ]
  test.each(names)('the name %j is the path %j of a %s', (name, path, kind) => {
    expect(only(rawTar(rawHeader({ name }))).entry).toMatchObject({ path, kind })
  })

  test('modes above 07777 are masked', () => {
    expect(only(rawTar(rawHeader({ mode: '0104755\0' }))).entry.mode).toBe(0o4755)
  })

  test('a global header is left out', () => {
    const archive = rawTar(
      rawHeader({ type: 'g', size: size(11) }),
      '11 path=zz\n',
      rawHeader({}),
    )
    expect(only(archive).entry.path).toBe('f')
  })

  test('old checksums over signed bytes', () => {
    const block = rawHeader({ name: '\xe9' })
    const sum = parseInt(block.toString('latin1', 148, 154), 8) - 256
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    expect(only(rawTar(block)).entry.path).toBe('\xe9')
  })

  const times: [string, number, number][] = [
    ['-100.25', -101, 750_000_000],
    ['0.5', 0, 500_000_000],
    ['-0.5', -1, 500_000_000],
    ['-7', -7, 0],
    ['1.1234567899', 1, 123_456_789],
    ['8589934592', 2 ** 33, 0],
    ['12.', 12, 0],
  ]
  test.each(times)('the pax time %s', (mtime, seconds, nanoseconds) => {
    expect(only(rawTar(pax({ mtime }), rawHeader({}))).entry).toMatchObject({
      seconds,
      nanoseconds,
    })
  })

  test('numbers in base 256: owners beyond seven digits, times before 1970', () => {
    const uid = '\x80\0\0\0\xff\xff\xff\xfe'
    const mtime = `${'\xff'.repeat(11)}\xf6`
    expect(only(rawTar(rawHeader({ uid, mtime }))).entry).toMatchObject({
      uid: 0xffff_fffe,
      seconds: -10,
    })
  })

  test('names in two parts, as ustar and star split them', () => {
    expect(only(rawTar(rawHeader({ name: 'b', prefix: 'a' }))).entry.path).toBe('a/b')
    const star = rawHeader({ name: 'b', prefix: 'a', patch: [[508, 'tar\0']] })
    expect(only(rawTar(star)).entry.path).toBe('a/b')
    const gnu = rawHeader({ name: 'b', magic: 'ustar  \0', prefix: '13456701234\0' })
    expect(only(rawTar(gnu)).entry.path).toBe('b')
  })

  test('long names and targets as GNU and pax write them', () => {
    const long = `d/${'x'.repeat(150)}`
    const link = rawHeader({ name: 'short', type: '2', target: 'short' })
    const gnu = [
      rawHeader({ name: '././@LongLink', type: 'L', size: size(long.length + 1) }),
      `${long}\0`,
      rawHeader({ name: '././@LongLink', type: 'K', size: size(long.length + 1) }),
      `${long}\0`,
    ]
    const wanted = { path: long, target: long }
    expect(only(rawTar(...gnu, link)).entry).toMatchObject(wanted)
    expect(only(rawTar(pax({ path: long, linkpath: long }), link)).entry).toMatchObject(
      wanted,
    )
  })

  test('sizes above eight gigabytes, as a header', () => {
    const archive = Buffer.concat([pax({ size: '9000000000' }), rawHeader({})])
    let seen = 0
    const sink = {
      entry: ({ size }: { size: number }) => (seen = size),
      content: () => 0,
      endFile: () => 0,
    }
    createTarReader(sink, defaultUnpackLimits).push(archive)
    expect(seen).toBe(9_000_000_000)
  })

  test('extended attributes', () => {
    const archive = rawTar(pax({ 'SCHILY.xattr.user.a': 'b=\n' }), rawHeader({}))
    expect(only(archive).entry.xattrs).toEqual(new Map([['user.a', 'b=\n']]))
  })

  test('hardlinks, by whoever asks for them', () => {
    const archive = rawTar(rawHeader({ name: 'b', type: '1', target: './a' }))
    const seen: string[] = []
    readTar(archive, { options: { hardlink: (path, target) => seen.push(path, target) } })
    expect(seen).toEqual(['b', './a'])
  })
})

describe('sparse files', () => {
  const whole = `${'\0'.repeat(600)}abc${'\0'.repeat(397)}de`
  const number = (value: number): string => `${value.toString(8).padStart(11, '0')} `
  const oldHeader = rawHeader({
    type: 'S',
    magic: 'ustar  \0',
    size: size(5),
    patch: [
      [386, number(600) + number(3) + number(1000) + number(2)],
      [483, number(1002)],
    ],
  })
  const withMore = rawHeader({
    type: 'S',
    magic: 'ustar  \0',
    size: size(5),
    patch: [
      [386, number(600) + number(3)],
      [482, '\x01'],
      [483, number(1002)],
    ],
  })
  const map = '2\n600\n3\n1000\n2\n'
  const formats: [string, Uint8Array][] = [
    ['old GNU', rawTar(oldHeader, 'abcde')],
    ['old GNU with a block more', rawTar(withMore, number(1000) + number(2), 'abcde')],
    [
      'pax 0.1',
      rawTar(
        pax({ 'GNU.sparse.size': '1002', 'GNU.sparse.map': '600,3,1000,2' }),
        rawHeader({ size: size(5) }),
        'abcde',
      ),
    ],
    [
      'pax 1.0',
      rawTar(
        pax({
          'GNU.sparse.major': '1',
          'GNU.sparse.minor': '0',
          'GNU.sparse.name': 'f',
          'GNU.sparse.realsize': '1002',
        }),
        rawHeader({ size: size(512 + 5) }),
        map,
        'abcde',
      ),
    ],
  ]
  test.each(formats)('%s: holes are filled', (_, archive) => {
    for (const step of [archive.length, 7]) {
      const [file] = readTar(archive, { step })
      expect(file?.entry).toMatchObject({ path: 'f', size: 1002 })
      expect(file?.content).toBe(whole)
    }
  })

  const wrong: [string, Record<string, string>][] = [
    ['fragments overlap', { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,3,2,2' }],
    ['a fragment leaves the file', { 'GNU.sparse.size': '4', 'GNU.sparse.map': '0,5' }],
    [
      'the sum is not what is stored',
      { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,4' },
    ],
    ['half a fragment', { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,5,8' }],
  ]
  test.each(wrong)('refuses a map in which %s', (_, records) => {
    const archive = rawTar(pax(records), rawHeader({ size: size(5) }), 'abcde')
    expect(() => scan(archive)).toThrow(expect.objectContaining({ code: 'ware-corrupt' }))
  })

  test('refuses holes beyond measure', () => {
    const records = { 'GNU.sparse.size': String(2 ** 37), 'GNU.sparse.map': '0,5' }
    const archive = rawTar(pax(records), rawHeader({ size: size(5) }), 'abcde')
    expect(() => scan(archive)).toThrow('sparse beyond measure')
  })
})

describe('what goes on for ever', () => {
  const corrupt = expect.objectContaining({ code: 'ware-corrupt' }) as Error

  test('a little behind the end is left out, as tapes have it', () => {
    const archive = Buffer.concat([rawTar(rawHeader({})), Buffer.alloc(10_240, 'x')])
    expect(readTar(archive)).toHaveLength(1)
  })

  test('refuses what never stops behind the end', () => {
    const reader = createTarReader(createIdentifier(), defaultUnpackLimits)
    reader.push(rawTar(rawHeader({})))
    const chunk = new Uint8Array(1024 * 1024)
    const goOn = () => {
      for (let i = 0; i < 17; i++) reader.push(chunk)
    }
    expect(goOn).toThrow(corrupt)
  })

  test('refuses one entry with header upon header', () => {
    const one = pax({ comment: 'x'.repeat(400_000) })
    expect(readTar(rawTar(one, one, rawHeader({})))).toHaveLength(1)
    expect(() => scan(rawTar(one, one, one, rawHeader({})))).toThrow(corrupt)
    const apart = [one, one, rawHeader({ name: 'a' }), one, one, rawHeader({ name: 'b' })]
    expect(readTar(rawTar(...apart))).toHaveLength(2)
  })
})

describe('limits', () => {
  const archive = rawTar(
    rawHeader({ name: 'a/b', size: size(5) }),
    '12345',
    rawHeader({ name: 'c' }),
  )
  const rows: [string, Partial<typeof defaultUnpackLimits>][] = [
    ['more than 1 entries', { entries: 1 }],
    ['more than 4 bytes', { bytes: 4 }],
    ['of 3 bytes', { pathBytes: 2 }],
  ]
  test.each(rows)('refuses what has %s, and says which limit', (why, limits) => {
    const error = expect.objectContaining({ code: 'ware-corrupt' }) as Error
    expect(() => scan(archive, { ...defaultUnpackLimits, ...limits })).toThrow(error)
    expect(() => scan(archive, { ...defaultUnpackLimits, ...limits })).toThrow(why)
  })
})
