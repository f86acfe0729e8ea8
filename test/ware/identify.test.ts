import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EntryKind } from '../../src/ware/entry.ts'
import { makeEntryFilter } from '../../src/ware/entry-filter.ts'
import { filterNames, filterPresets } from '../../src/ware/filters.ts'
import { leafNode, printTimeless, recipes } from '../../src/ware/fileset-hash.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { encodeMetadata } from '../../src/ware/metadata-bytes.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { feed, identify, packTar, readTar, record, type FileRecord } from './records.ts'
import { createTarReader } from '../../src/ware/tar/tar-reader.ts'

interface Vector {
  readonly id: string
  readonly packtype: string
  readonly hash_space: 'timeless' | 'legacy'
  readonly archive?: string
  readonly entries?: readonly {
    readonly path: string
    readonly type: 'd' | 'f'
    readonly perms: string
    readonly uid: number
    readonly gid: number
    readonly mtime: number
    readonly body?: string
  }[]
  readonly filters?: Readonly<Record<string, string | number>>
  readonly expected: string
}

const published: { vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL('../data/wares/published.json', import.meta.url), 'utf8'),
) as { vectors: readonly Vector[] } // the file is ours

function vectorRecords({ entries = [] }: Vector): FileRecord[] {
  return entries.map(({ path, type, perms, uid, gid, mtime, body = '' }) =>
    record(path, type === 'd' ? 'directory' : 'file', {
      mode: parseInt(perms, 8),
      uid,
      gid,
      seconds: mtime,
      content: Buffer.from(body).toString('latin1'),
    }),
  )
}

function filterOf({ filters = {} }: Vector) {
  const lossless = filterPresets['pack-lossless']
  const [uid, gid, mtime, sticky, setid, dev] = filterNames.map((name) =>
    String(filters[name] ?? lossless[name]),
  ) as [string, string, string, string, string, string] // as many as there are names
  return makeEntryFilter({ uid, gid, mtime, sticky, setid, dev }, { uid: 0, gid: 0 })
}

describe('published ware IDs', () => {
  test.each(published.vectors.filter(({ packtype }) => packtype !== 'zip'))(
    '$id',
    (vector) => {
      const identifier = createIdentifier({
        space: vector.hash_space,
        filter: filterOf(vector),
      })
      if (vector.archive === undefined) feed(vectorRecords(vector), identifier)
      else {
        const reader = createTarReader(identifier, defaultUnpackLimits)
        reader.push(gunzipSync(Buffer.from(vector.archive, 'base64')))
        reader.end()
      }
      const { filteredHash } = identifier.finish()
      expect(`${vector.packtype}:${filteredHash}`).toBe(vector.expected)
    },
  )
})

describe('the worked example of a packed file', () => {
  const content = 'hello from warpforge!\n'
  const file = record('test', 'file', { content })
  const hex = (raw: string): string => Buffer.from(raw, 'latin1').toString('hex')

  test('metadata is a CBOR map in a fixed order', () => {
    expect(hex(encodeMetadata(file.entry, 'test'))).toBe(
      'a7616e64746573746174616661701901a4617500616700616d1a4b3d3b00626d6e00',
    )
  })

  test('the node of a file is over metadata and content', () => {
    const digest = createHash('sha384').update(content).digest('binary')
    expect(hex(leafNode(recipes.timeless, file.entry, digest))).toBe(
      'de6123a18a78557b0705347bffb02ab94088e1361065adf52a9b57d492db5cc6c53b8c66140615e509741ba060a6f753',
    )
  })

  test('the root node in base58 is the hash of the ware', () => {
    const { hash } = identify([record('.', 'directory'), file])
    expect(hash).toBe(
      '7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7',
    )
  })

  test('a lone root has a hash, too', () => {
    const { hash } = identify([record('.', 'directory')])
    expect(hash).toBe('iJoKZAKWRWTCZ6YQDZYnU2eXjKZ93VyJ1eiis2E3UvbfqXKn8APYeWhSxHyXAtQSG')
  })
})

const base = [
  record('.', 'directory'),
  record('a', 'directory', { mode: 0o700 }),
  record('a/b', 'file', { content: 'one', uid: 7 }),
  record('c', 'file', { content: 'two' }),
]
const link = record('l', 'symlink', { target: 'c', mode: 0o777 })

describe('the hash', () => {
  test('does not depend on the order of records', () => {
    const { hash, strictDigest } = identify([...base, link])
    fc.assert(
      fc.property(fc.shuffledSubarray([...base, link], { minLength: 5 }), (shuffled) => {
        const other = identify(shuffled)
        return other.hash === hash && other.strictDigest === strictDigest
      }),
    )
  })

  test('infers the root and parents that are not there', () => {
    const explicit = [record('.', 'directory'), record('x', 'directory'), record('x/y')]
    expect(identify([record('x/y')]).hash).toBe(identify(explicit).hash)
  })

  test('takes the last record of a directory', () => {
    const other = record('a', 'directory', { mode: 0o711, uid: 3 })
    expect(identify([...base.slice(0, 1), other, ...base.slice(1)]).hash).toBe(
      identify(base).hash,
    )
  })

  const changes: [string, FileRecord][] = [
    ['content', record('c', 'file', { content: 'twO' })],
    ['mode', record('c', 'file', { content: 'two', mode: 0o600 })],
    ['owner', record('c', 'file', { content: 'two', uid: 1 })],
    ['group', record('c', 'file', { content: 'two', gid: 1 })],
    ['time', record('c', 'file', { content: 'two', seconds: 5 })],
    ['nanoseconds', record('c', 'file', { content: 'two', nanoseconds: 5 })],
    ['name', record('d', 'file', { content: 'two' })],
    [
      'xattrs',
      record('c', 'file', { content: 'two', xattrs: new Map([['user.a', 'b']]) }),
    ],
    ['kind', record('c', 'directory')],
  ]
  test.each(changes)('changes with one %s', (_, changed) => {
    const other = identify([...base.slice(0, 3), changed])
    expect(other.hash).not.toBe(identify(base).hash)
    expect(other.strictDigest).not.toBe(identify(base).strictDigest)
  })

  test('sorts bytes of whole paths, directories with a slash behind', () => {
    const hashed = (names: readonly FileRecord[]) => identify(names).hash
    const records = [record('a-b'), record('a.b'), record('a/x'), record('a0')]
    // Computed by hand for this order: a-b, a.b, a/, a0.
    expect(hashed(records)).toBe(hashed([...records].reverse()))
    expect(hashed(records)).toBe(manualHash(['a-b', 'a.b', 'a/', 'a0']))
  })

  test('keeps names that are not UTF-8 apart', () => {
    expect(identify([record('\xff')]).hash).not.toBe(identify([record('\xfe')]).hash)
    const surrogates = [record('\xf0\x90\x80\x80'), record('\xef\xbf\xbd')]
    expect(identify(surrogates).hash).toBe(identify([...surrogates].reverse()).hash)
  })

  test('is blank when the root is neither file nor directory', () => {
    expect(identify([record('.', 'symlink')]).hash).toBe('-')
    expect(identify([record('.', 'fifo')]).hash).toBe('-')
  })
})

/** The formula of the specification, written out for empty files and a directory with `x`. */
function manualHash(order: readonly string[]): string {
  const empty = createHash('sha384').digest('binary')
  const nodes = order.map((name) => {
    const { entry } = record(
      name.replace('/', ''),
      name.endsWith('/') ? 'directory' : 'file',
    )
    if (entry.kind === 'file') return leafNode(recipes.timeless, entry, empty)
    return directory(entry.path, [leafNode(recipes.timeless, record('a/x').entry, empty)])
  })
  return printTimeless(directory('.', nodes))
}

function directory(path: string, children: readonly string[]): string {
  const { entry } = record(path, 'directory')
  const list = children.map((child) => `\x58\x30${child}`).join('')
  const preimage = `\xa2\x61m${encodeMetadata(entry, path)}\x61l\x9f${list}\xff`
  return createHash('sha384').update(preimage, 'latin1').digest('binary')
}

describe('the strict digest', () => {
  const uncovered: [string, FileRecord][] = [
    ['symlink', link],
    ['fifo', record('p', 'fifo')],
    ['device', record('d', 'block-device', { device: { major: 8, minor: 1 } })],
  ]
  test.each(uncovered)('covers a %s, which the hash does not', (_, added) => {
    const [without, within] = [identify(base), identify([...base, added])]
    expect(within.hash).toBe(without.hash)
    expect(within.strictDigest).not.toBe(without.strictDigest)
  })

  test('changes when a link deep in the ware is retargeted', () => {
    const deep = (target: string) =>
      identify([...base, record('a/l', 'symlink', { target })])
    expect(deep('b').hash).toBe(deep('/etc').hash)
    expect(deep('b').strictDigest).not.toBe(deep('/etc').strictDigest)
  })

  test('does not look at the mode of a symlink, which means nothing', () => {
    const withMode = (mode: number) =>
      identify([...base, record('l', 'symlink', { target: 'c', mode })]).strictDigest
    expect(withMode(0o644)).toBe(withMode(0o777))
  })

  test('has a form of its own, and the bytes of the hash where that covers all', () => {
    const { hash, strictDigest } = identify(base)
    expect(strictDigest).toBe(`s1:${hash}`)
  })
})

describe('what cannot stand together is refused', () => {
  const rows: [string, FileRecord[], string][] = [
    ['a file twice', [record('a'), record('a')], 'ware-corrupt'],
    [
      'a file and a directory',
      [record('a'), record('a', 'directory')],
      'inoperable-path',
    ],
    [
      'a directory and a link',
      [record('a', 'directory'), record('a', 'symlink')],
      'inoperable-path',
    ],
    ['a child below a file', [record('a'), record('a/b')], 'inoperable-path'],
    [
      'a child below a symlink',
      [record('a', 'symlink'), record('a/b')],
      'inoperable-path',
    ],
    ['a child, then a file above it', [record('a/b'), record('a')], 'inoperable-path'],
    [
      'something beside a root that is a file',
      [record('.'), record('a')],
      'inoperable-path',
    ],
    ['no record at all', [], 'ware-corrupt'],
  ]
  test.each(rows)('%s', (_, records, code) => {
    expect(() => identify(records)).toThrow(expect.objectContaining({ code }))
  })

  test('inferred directories count as records', () => {
    expect(() => identify([record('a/b/c/d/e')], { maxEntries: 5 })).toThrow(
      'more than 5 entries',
    )
  })

  test('legacy readers take no directory twice, inferred ones included', () => {
    const twice = [record('a/b'), record('a', 'directory')]
    expect(() => identify(twice, { space: 'legacy' })).toThrow('there twice')
    expect(identify(twice).hash).toBeTypeOf('string')
  })
})

describe('tar and back', () => {
  const name = fc.constantFrom(
    'a',
    'b',
    'c-d',
    'e.f',
    '\xff\xfe',
    'x'.repeat(120),
    '..x',
    ' ',
  )
  const anyRecord = fc
    .record({
      path: fc.array(name, { minLength: 1, maxLength: 5 }),
      kind: fc.constantFrom<EntryKind>(
        'file',
        'directory',
        'symlink',
        'fifo',
        'character-device',
      ),
      mode: fc.nat(0o7777),
      uid: fc.nat(0xffff_fffe),
      gid: fc.nat(0xffff_fffe),
      seconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      nanoseconds: fc.nat(999_999_999),
      content: fc.string({ unit: 'binary-ascii', maxLength: 1200 }),
      target: fc.string({
        unit: fc.constantFrom('/', '.', 'a', '\xe9'),
        minLength: 1,
        maxLength: 200,
      }),
      xattrs: fc.constantFrom(undefined, new Map([['user.k', 'v\n=']])),
    })
    .map(({ path, kind, target, xattrs, ...rest }) =>
      record(`top/${path.join('/')}`, kind, {
        ...rest,
        size: kind === 'file' ? rest.content.length : 0,
        target: kind === 'symlink' ? target : '',
        ...(xattrs !== undefined && { xattrs }),
        ...(kind === 'character-device' && { device: { major: 4, minor: 300 } }),
      }),
    )

  test('give every record again, in chunks of any size', () => {
    const runs = Number(process.env['R2K8S_TEST_RUNS'] ?? 200)
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 1500 }),
        (records, step) => {
          const plain = records.map(({ entry, content }) => ({
            entry,
            content: entry.kind === 'file' ? content : '',
          }))
          expect(readTar(packTar(plain), { step })).toEqual(plain)
        },
      ),
      { numRuns: runs },
    )
  })
})
