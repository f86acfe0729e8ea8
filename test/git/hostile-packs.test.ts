import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import type { UnpackLimits } from '../../src/ware/unpack-limits.ts'
import { summarise } from './fixtures.ts'
import {
  commitOf,
  deltaOf,
  entryOf,
  fetchPack,
  idOf,
  offsetBase,
  packOf,
  packOfTree,
  treeOf,
  withChecksum,
  type RawEntry,
} from './packs.ts'

const blob: RawEntry = { type: 3, data: 'hello' }
const blobId = idOf('blob', 'hello')
const tree = treeOf(['100644', 'a', blobId])
const commit = commitOf(idOf('tree', tree))
const commitId = idOf('commit', commit)
const commitEntry: RawEntry = { type: 1, data: commit }
const treeEntry: RawEntry = { type: 2, data: tree }

function packWith(...entries: RawEntry[]): Buffer {
  return packOf([commitEntry, treeEntry, ...entries])
}

async function whyRefused(
  pack: Uint8Array,
  id = commitId,
  limits: Partial<UnpackLimits> = {},
): Promise<string> {
  const error: unknown = await fetchPack(pack, id, limits).then(
    ({ outcome }) => new Error(JSON.stringify(outcome)),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof R2k8sError)) throw error
  expect(error.code).toBe('ware-corrupt')
  return error.message
}

const hello = Buffer.from('hello')

test('a pack of whole objects and deltas is read', async () => {
  const files = treeOf(
    ['100644', 'a', blobId],
    ['100755', 'b', idOf('blob', 'hello!')],
    ['120000', 'c', idOf('blob', 'lohello!')],
  )
  const sum = packOfTree(
    files,
    // The base comes later, and is itself a delta.
    {
      type: 7,
      base: Buffer.from(idOf('blob', 'hello!'), 'hex'),
      data: deltaOf(6, 8, 0x91, 3, 2, 0x90, 6),
    },
    blob,
    {
      type: 6,
      base: offsetBase(entryOf(blob).length),
      data: deltaOf(5, 6, 0x90, 5, 1, 0x21),
    },
  )
  const { outcome, kept } = await fetchPack(sum.pack, sum.commit)
  expect(outcome).toEqual({ kind: 'done' })
  expect(summarise(kept)).toEqual([
    '. directory 755 ',
    'a file 644 hello',
    'b file 755 hello!',
    'c symlink 777 lohello!',
  ])
})

describe('a pack is refused', () => {
  const zeros = deflateSync(Buffer.alloc(5_000_000))
  const id = (text: string) => Buffer.from(text, 'hex')
  const lost = { type: 7, base: id('12'.repeat(20)), data: deltaOf(5, 5, 0x90, 5) }
  const stored = Buffer.concat([
    Buffer.from([0x78, 0x01]),
    // Empty blocks, more of them than any honest program would write.
    Buffer.concat(Array<Buffer>(50).fill(Buffer.from([0, 0, 0, 0xff, 0xff]))),
  ])

  test.each<[string, Uint8Array, string]>([
    ['that is none', withChecksum(Buffer.from('x'.repeat(40))), 'the pack is none'],
    ['that is too short', withChecksum(Buffer.from('PACK')), 'too short'],
    ['with a wrong checksum', Buffer.concat([packWith(blob), hello]), 'checksum'],
    ['of an unknown version', packOf([blob], { version: 4 }), 'unknown version 4'],
    [
      'that announces a million objects',
      packOf([blob], { count: 1_000_000 }),
      'announces more objects than fit',
    ],
    [
      'that announces one object more',
      packOf([commitEntry, treeEntry, blob], { count: 4 }),
      'ends early',
    ],
    [
      'with more behind its objects',
      packOf([commitEntry, treeEntry, blob], { rest: 'x' }),
      'more in it than its objects',
    ],
    ['with an entry of type 5', packWith({ type: 5, data: 'x' }), 'unknown type 5'],
    ['with an entry of type 0', packWith({ type: 0, data: 'x' }), 'unknown type 0'],
    [
      'with an object longer than announced',
      packWith({ ...blob, size: 4 }),
      'another size than it announces',
    ],
    [
      'with an object shorter than announced',
      packWith({ ...blob, size: 6 }),
      'another size than it announces',
    ],
    [
      'with a big object shorter than announced',
      packWith({ type: 3, data: '', deflated: zeros, size: 5_000_001 }),
      'another size than it announces',
    ],
    [
      'with a few bytes that are a bomb',
      packWith({ type: 3, data: '', deflated: zeros, size: 5 }),
      'another size than it announces',
    ],
    [
      'with a big object that is a bomb',
      packWith({ type: 3, data: '', deflated: zeros, size: 2_000_000 }),
      'another size than it announces',
    ],
    [
      'with data that is not deflated',
      packWith({ ...blob, deflated: Buffer.from('hello world') }),
      'cannot be inflated',
    ],
    [
      'with deflated data that has no end',
      packWith({ ...blob, deflated: stored }),
      'cannot be inflated',
    ],
    [
      'with an impossible size',
      packWith({ ...blob, size: 2 ** 60 }),
      'announces an impossible size',
    ],
    [
      'with a size above the limit',
      packWith({ ...blob, size: 2 ** 50 }),
      'above a limit',
    ],
    [
      'with a delta of the head of the pack',
      packOf([{ type: 6, base: offsetBase(5), data: deltaOf(0, 0) }]),
      'a delta of what lies nowhere',
    ],
    [
      'with a delta of itself',
      packWith(blob, { type: 6, base: offsetBase(0), data: deltaOf(0, 0) }),
      'a delta of what lies nowhere',
    ],
    [
      'with a delta of the middle of an object',
      packWith(blob, { type: 6, base: offsetBase(3), data: deltaOf(5, 5, 0x90, 5) }),
      'a delta of what is no object',
    ],
    [
      'with a delta of what is not in it',
      packWith(blob, { type: 7, base: id('12'.repeat(20)), data: deltaOf(5, 5) }),
      'deltas without their base',
    ],
    [
      'with a delta of a delta of what is not in it',
      packWith(blob, lost, {
        type: 6,
        base: offsetBase(entryOf(lost).length),
        data: deltaOf(5, 5, 0x90, 5),
      }),
      'deltas without their base',
    ],
    ...(
      [
        ['an empty delta', Buffer.alloc(0), 'ends early'],
        ['a delta without instructions', deltaOf(5, 5), 'not the 5 bytes'],
        ['a delta of another base', deltaOf(6, 5, 0x90, 5), 'base of another size'],
        ['a delta that copies too much', deltaOf(5, 6, 0x90, 6), 'behind the end'],
        ['a delta that copies from behind', deltaOf(5, 2, 0x91, 4, 2), 'behind the end'],
        ['a delta that makes too much', deltaOf(5, 4, 0x90, 5), 'not the 4 bytes'],
        ['a delta with an instruction 0', deltaOf(5, 5, 0), 'unknown instruction'],
        ['a delta that ends in a copy', deltaOf(5, 5, 0x91), 'ends early'],
        ['a delta that ends in new bytes', deltaOf(5, 5, 5, 1), 'ends early'],
        [
          'a delta with a size without end',
          Buffer.alloc(20, 0xff),
          'announces an impossible size',
        ],
        [
          'a delta of a result above the limit',
          Buffer.from([5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
          'above a limit',
        ],
      ] as const
    ).map(([name, data, why]): [string, Uint8Array, string] => [
      `with ${name}`,
      packWith(blob, { type: 6, base: offsetBase(entryOf(blob).length), data }),
      why,
    ]),
    ['that lacks a file', packWith(), `lacks the blob ${blobId}`],
    ['that lacks the tree', packOf([commitEntry, blob]), 'lacks the tree'],
  ])('%s', async (_, pack, why) => {
    expect(await whyRefused(pack)).toContain(why)
  })

  test('whose deltas make a lot out of little', async () => {
    const base = Buffer.alloc(100_000)
    // 100,000 in groups of seven bits, then two copies that make as many bytes.
    const size = [0xa0, 0x8d, 0x06]
    const copies = [0xb0, 0x50, 0xc3, 0xb0, 0x50, 0xc3]
    const delta: RawEntry = {
      type: 7,
      base: Buffer.from(idOf('blob', base), 'hex'),
      data: Buffer.from([...size, ...size, ...copies]),
    }
    const deltas = Array<RawEntry>(100).fill(delta)
    const pack = packWith(blob, { type: 3, data: base }, ...deltas)
    const { outcome } = await fetchPack(pack, commitId)
    expect(outcome.kind).toBe('done')
    const why = await whyRefused(pack, commitId, { bytes: 1_000_000, ratio: 1 })
    expect(why).toContain('times as big')
  })
})

describe('a commit is refused', () => {
  const fine = idOf('blob', 'hello')
  const inner = treeOf(['100644', 'x', fine])
  const innerId = idOf('tree', inner)
  const innerEntry: RawEntry = { type: 2, data: inner }

  test.each<[string, Buffer, string]>([
    ['with a name .git', treeOf(['40000', '.git', innerId]), 'forbidden name'],
    ['with a name .GIT', treeOf(['100644', '.GIT', fine]), 'forbidden name'],
    ['with a name ..', treeOf(['40000', '..', innerId]), 'forbidden name'],
    ['with a name .', treeOf(['40000', '.', innerId]), 'forbidden name'],
    ['with a slash in a name', treeOf(['100644', 'a/b', fine]), 'forbidden name'],
    ['with an empty name', treeOf(['100644', '', fine]), 'forbidden name'],
    [
      'with a name twice',
      treeOf(['100644', 'a', fine], ['100755', 'a', fine]),
      '"a" twice',
    ],
    [
      'with a directory named as a file',
      treeOf(['100644', 'a', fine], ['100644', 'a.b', fine], ['40000', 'a', innerId]),
      '"a" twice',
    ],
    [
      'with a link named as a directory',
      treeOf(['120000', 'a', fine], ['40000', 'a', innerId]),
      '"a" twice',
    ],
    [
      'with names out of order',
      treeOf(['100644', 'b', fine], ['100644', 'a', fine]),
      'not sorted',
    ],
    ['with a fifo', treeOf(['010000', 'a', fine]), 'unknown mode'],
    ['with a mode that is no number', treeOf(['1006x4', 'a', fine]), 'unknown mode'],
    ['with a tree that ends early', treeOf(['100644', 'a', fine.slice(2)]), 'ends early'],
    ['with a directory that is a file', treeOf(['40000', 'a', fine]), 'not a tree'],
    ['with a file that is a directory', treeOf(['100644', 'a', innerId]), 'not a blob'],
    [
      'with an empty link',
      treeOf(['120000', 'a', idOf('blob', '')]),
      'leads to what is no path',
    ],
    [
      'with a NUL in a link',
      treeOf(['120000', 'a', idOf('blob', 'a\0b')]),
      'leads to what is no path',
    ],
    [
      'with a link of many bytes',
      treeOf(['120000', 'a', idOf('blob', 'x'.repeat(5000))]),
      'above a limit',
    ],
    [
      'with a path of many bytes',
      treeOf(['100644', 'x'.repeat(5000), fine]),
      'above a limit',
    ],
  ])('%s', async (_, hostile, why) => {
    const others = ['', 'a\0b', 'x'.repeat(5000)].map((data) => ({ type: 3, data }))
    const { pack, commit: id } = packOfTree(hostile, blob, innerEntry, ...others)
    expect(await whyRefused(pack, id)).toContain(why)
  })

  test('with directories too deep', async () => {
    const entries: RawEntry[] = [blob]
    let last = inner
    for (let i = 0; i < 1100; i++) {
      entries.push({ type: 2, data: last })
      last = treeOf(['40000', 'd', idOf('tree', last)])
    }
    const { pack, commit: id } = packOfTree(last, ...entries)
    expect(await whyRefused(pack, id)).toContain('levels deep')
  })

  test('with one directory in many places', async () => {
    const entries: RawEntry[] = [blob]
    let last = inner
    for (let i = 0; i < 12; i++) {
      entries.push({ type: 2, data: last })
      const below = idOf('tree', last)
      last = treeOf(
        ...Array.from('abcdefghij', (name) => ['40000', name, below] as const),
      )
    }
    const { pack, commit: id } = packOfTree(last, ...entries)
    expect(await whyRefused(pack, id, { entries: 1000 })).toContain(
      'more than 1000 entries',
    )
  })

  test('with more bytes than allowed', async () => {
    const { pack, commit: id } = packOfTree(tree, blob)
    expect(await whyRefused(pack, id, { bytes: 4 })).toContain('above a limit')
  })

  test('that names no tree', async () => {
    const text = 'author Ann\n'
    const pack = packOf([{ type: 1, data: text }])
    expect(await whyRefused(pack, idOf('commit', text))).toContain('names no tree')
  })

  test('with a top-level name that rio cannot unpack', async () => {
    const { pack, commit: id } = packOfTree(treeOf(['100644', '..data', fine]), blob)
    await expect(fetchPack(pack, id)).rejects.toMatchObject({ code: 'inoperable-path' })
  })
})

test('what is no commit is absent', async () => {
  const { outcome } = await fetchPack(packWith(blob), blobId)
  expect(outcome).toEqual({
    kind: 'absent',
    why: `${blobId} is a blob there, and no commit`,
  })
})
