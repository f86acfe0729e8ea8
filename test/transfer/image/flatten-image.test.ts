import { readdirSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { flattenImage } from '../../../src/transfer/image/flatten-image.ts'
import type { Entry } from '../../../src/ware/entry.ts'
import { defaultUnpackLimits } from '../../../src/ware/unpack-limits.ts'
import { pax, rawHeader, rawTar } from '../../ware/records.ts'
import { digestOf, flatten, imageContext, imageOf, layerOf } from './images.ts'

type Layers = readonly (readonly string[])[]

test.each<[string, Layers, string[]]>([
  ['one layer', [['a/', 'a/f=x', 'l->a']], ['./', 'a/', 'a/f=x', 'l->a']],
  ['a later file over an earlier one', [['f=old'], ['f=new']], ['./', 'f=new']],
  ['an empty layer', [['f=x'], []], ['./', 'f=x']],
  [
    'siblings in the order of wares',
    [['a0', 'a/', 'a/x', 'a-b', 'a.b']],
    ['./', 'a-b', 'a.b', 'a/', 'a/x', 'a0'],
  ],
  ['parents that no layer names', [['a/b/f=x']], ['./', 'a/', 'a/b/', 'a/b/f=x']],
  ['a whiteout of a file', [['a/', 'a/f', 'a/g'], ['a/.wh.f']], ['./', 'a/', 'a/g']],
  ['a whiteout of a directory', [['a/', 'a/b/', 'a/b/f', 'g'], ['.wh.a']], ['./', 'g']],
  ['a whiteout of nothing', [['f'], ['.wh.g', 'x/.wh.y']], ['./', 'f']],
  [
    'a whiteout ahead of what its own layer puts there',
    [
      ['a/', 'a/old'],
      ['.wh.a', 'a/', 'a/new'],
    ],
    ['./', 'a/', 'a/new'],
  ],
  [
    'a whiteout behind what its own layer puts there',
    [
      ['a/', 'a/old'],
      ['a/', 'a/new', '.wh.a'],
    ],
    ['./', 'a/', 'a/new'],
  ],
  [
    'an opaque directory',
    [
      ['a/', 'a/old', 'a/b/', 'a/b/old'],
      ['a/', 'a/.wh..wh..opq', 'a/new'],
    ],
    ['./', 'a/', 'a/new'],
  ],
  [
    'an opaque directory whose mark comes last',
    [
      ['a/', 'a/old', 'a/b/', 'a/b/old'],
      ['a/', 'a/new', 'a/b/new', 'a/.wh..wh..opq'],
    ],
    ['./', 'a/', 'a/b/', 'a/b/new', 'a/new'],
  ],
  ['an opaque root', [['old'], ['.wh..wh..opq', 'new']], ['./', 'new']],
  ['what is hidden and comes back', [['f=1'], ['.wh.f'], ['f=3']], ['./', 'f=3']],
  ['the books of AUFS', [['.wh..wh.plnk/', '.wh..wh.plnk/1.2=x', 'f']], ['./', 'f']],
  ['a file in place of a directory', [['a/', 'a/f'], ['a=x']], ['./', 'a=x']],
  ['a directory in place of a file', [['a=x'], ['a/', 'a/f']], ['./', 'a/', 'a/f']],
  [
    'a directory in place of a file, not named itself',
    [['a=x'], ['.wh.a', 'a/f']],
    ['./', 'a/', 'a/f'],
  ],
  ['a symlink in place of a directory', [['a/', 'a/f'], ['a->b']], ['./', 'a->b']],
  [
    'a directory that is named again',
    [
      ['a/', 'a/f'],
      ['a/', 'a/g'],
    ],
    ['./', 'a/', 'a/f', 'a/g'],
  ],
  ['a hardlink', [['f=x', 'g=>f']], ['./', 'f=x', 'g=x']],
  [
    'a hardlink to an absolute name',
    [['a/f=x', 'g=>/a/f']],
    ['./', 'a/', 'a/f=x', 'g=x'],
  ],
  ['a hardlink into a lower layer', [['f=x'], ['g=>f']], ['./', 'f=x', 'g=x']],
  ['a hardlink ahead of its target', [['g=>f', 'f=x']], ['./', 'f=x', 'g=x']],
  [
    'a chain of hardlinks',
    [['i=>h', 'h=>g', 'g=>f', 'f=x']],
    ['./', 'f=x', 'g=x', 'h=x', 'i=x'],
  ],
  [
    'a hardlink into a directory that a later link makes, by way of a symlink',
    [['s->d/../e', 'a=>s/x', 'd/y=>f', 'e/x=>f', 'f=z']],
    ['./', 'a=z', 'd/', 'd/y=z', 'e/', 'e/x=z', 'f=z', 's->d/../e'],
  ],
  [
    'a hardlink whose way is a hardlink to a symlink',
    [['a=>s/x', 's=>t', 't=>u', 'e/x=z', 'u->e']],
    ['./', 'a=z', 'e/', 'e/x=z', 's->e', 't->e', 'u->e'],
  ],
  [
    'a hardlink whose way another one turns elsewhere',
    [['d/g'], ['a=>d/x', 'd=>t', 't=>u', 'e/x=z', 'u->e']],
    ['./', 'a=z', 'd->e', 'e/', 'e/x=z', 't->e', 'u->e'],
  ],
  ['a hardlink to a symlink', [['l->x', 'm=>l']], ['./', 'l->x', 'm->x']],
  [
    'a hardlink whose target is replaced later',
    [['f=x', 'g=>f'], ['f=y']],
    ['./', 'f=y', 'g=x'],
  ],
  [
    'a hardlink whose target is hidden later',
    [['f=x', 'g=>f'], ['.wh.f']],
    ['./', 'g=x'],
  ],
  ['a fifo', [['p|']], ['./', 'p|']],
  [
    'what lies below a symlink, where that leads',
    [
      ['usr/', 'usr/lib/', 'lib->usr/lib'],
      ['lib/new=x', 'lib/.wh.old'],
    ],
    ['./', 'lib->usr/lib', 'usr/', 'usr/lib/', 'usr/lib/new=x'],
  ],
  [
    'what lies below an absolute symlink, inside the image',
    [['etc->/real/../real'], ['etc/f=x']],
    ['./', 'etc->/real/../real', 'real/', 'real/f=x'],
  ],
  [
    'what lies below a symlink that leads out, inside the image',
    [['a->../../..'], ['a/f=x']],
    ['./', 'a->../../..', 'f=x'],
  ],
])('lays out %s', async (_, layers, expected) => {
  const image = imageOf(...layers.map((items) => layerOf(...items)))
  expect(await flatten(image)).toEqual(expected)
})

test.each<[string, Layers, RegExp]>([
  [
    'a hardlink to nothing',
    [['g=>f']],
    /layer 1 of 1 .*"g" is a hardlink to "f", which is not there/,
  ],
  ['two hardlinks to each other', [['f=>g', 'g=>f']], /which is not there/],
  ['a hardlink to a directory', [['a/', 'g=>a']], /hardlink to a directory/],
  ['a hardlink that leads out', [['g=>../../etc/passwd']], /leads out/],
  ['a loop of links', [['a->b', 'b->a', 'a/f=x']], /loop of links/],
  ['what lies below a file', [['a=x', 'a/f=x']], /below "a", which is no directory/],
  [
    'a name that begins with dots',
    [['..data/']],
    /top-level name that begins with "\.\."/,
  ],
  [
    'such a name by way of a link',
    [['a->.'], ['a/..data']],
    /top-level name that begins with/,
  ],
  ['a name that leads out', [['a/../../b']], /leads out/],
  ['a whiteout of dots', [['a/.wh...']], /hides nothing that can be there/],
  ['a whiteout of no name', [['a/.wh.']], /hides nothing that can be there/],
])('refuses %s', async (_, layers, why) => {
  const image = imageOf(...layers.map((items) => layerOf(...items)))
  await expect(flatten(image)).rejects.toThrow(why)
})

test('leaves devices out, and says so', async () => {
  const context = imageContext()
  const image = imageOf(layerOf('dev/', 'dev/null!', 'dev/zero=x'), layerOf('dev/zero!'))
  expect(await flatten(image, context)).toEqual(['./', 'dev/'])
  expect(context.events).toEqual([
    {
      kind: 'log',
      level: 'warn',
      message: 'devices are left out of the ware: "dev/null", "dev/zero"',
    },
  ])
})

test('keeps owners, modes and times of the layers', async () => {
  const entries: Entry[] = []
  const layer = rawTar(
    rawHeader({ name: './', type: '5', mode: '0001777\0' }),
    pax({ mtime: '5.25', uid: '3000000', 'SCHILY.xattr.user.a': 'b' }),
    rawHeader({ name: 'f', mode: '0004755\0' }),
    rawHeader({ name: 'g', type: '1', target: 'f', mode: '0000600\0' }),
  )
  const context = imageContext()
  await flattenImage(
    imageOf(layer),
    {
      entry: (entry) => void entries.push(entry),
      content: () => undefined,
      endFile: () => undefined,
    },
    { limits: defaultUnpackLimits, scratch: context.scratch(), report: context.report },
  )
  const file = {
    mode: 0o4755,
    uid: 3_000_000,
    seconds: 5,
    nanoseconds: 250_000_000,
    xattrs: new Map([['user.a', 'b']]),
  }
  expect(entries).toMatchObject([
    { path: '.', mode: 0o1777 },
    { path: 'f', ...file },
    { path: 'g', ...file },
  ])
})

describe('layers that are compressed', () => {
  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('are inflated from %s', async (_, compress) => {
    const [layer] = imageOf(layerOf('f=x')).layers
    const image = imageOf(compress(layerOf('f=x')))
    const layers = image.layers.map((one) => ({ ...one, digest: layer?.digest ?? '' }))
    expect(await flatten({ ...image, layers })).toEqual(['./', 'f=x'])
  })

  test('are refused before anything is shown when their digest is another', async () => {
    const image = imageOf(gzipSync(layerOf('f=x')))
    const digest = digestOf(layerOf('f=y'))
    const layers = image.layers.map((one) => ({ ...one, digest }))
    await expect(flatten({ ...image, layers })).rejects.toThrow(/its digest is sha256:/)
  })

  test('are refused when they end early', async () => {
    const bytes = gzipSync(layerOf('f=x'))
    const image = imageOf(bytes.subarray(0, bytes.length - 10))
    await expect(flatten(image)).rejects.toMatchObject({ code: 'ware-corrupt' })
  })
})

test.each([
  ['entries', { entries: 3 }, /more than 3 entries/],
  ['bytes', { bytes: 3 }, /more than 3 bytes/],
])('holds all layers together to the limit of %s', async (_, limit, why) => {
  const limits = { ...defaultUnpackLimits, ...limit }
  const image = imageOf(layerOf('a=12', 'b'), layerOf('c=34', 'd'))
  await expect(flatten(image, imageContext({ limits }))).rejects.toThrow(why)
})

test.each([
  ['bytes', { bytes: 5 }, ['f=12', 'g=>f', 'h=>f'], /more than 5 bytes/],
  [
    'ratio',
    { ratio: 3 },
    [`f=${'x'.repeat(2 ** 20)}`, ...Array.from({ length: 20 }, (_, i) => `l${i}=>f`)],
    /more than 3 times its size/,
  ],
])('holds what hardlinks multiply to the limit of %s', async (_, limit, items, why) => {
  const limits = { ...defaultUnpackLimits, ...limit }
  const context = imageContext({ limits })
  let records = 0
  const flattening = flattenImage(
    imageOf(layerOf(...items)),
    { entry: () => records++, content: () => undefined, endFile: () => undefined },
    { limits, scratch: context.scratch(), report: context.report },
  )
  await expect(flattening).rejects.toThrow(why)
  expect(records).toBe(0)
})

test('does not count what is hidden again as multiplied', async () => {
  const limits = { ...defaultUnpackLimits, bytes: 4 }
  const image = imageOf(layerOf('f=12', 'g=>f'), layerOf('.wh.f', 'h=>g'))
  expect(await flatten(image, imageContext({ limits }))).toEqual(['./', 'g=12', 'h=12'])
})

test('gives back big files whole, and leaves nothing in the scratch directory', async () => {
  const context = imageContext()
  const content = 'abcdefghij'.repeat(150_000)
  const image = imageOf(layerOf(`f=${content}`, 'g=x'), layerOf('h=>f'))
  expect(await flatten(image, context)).toEqual([
    './',
    `f=${content}`,
    'g=x',
    `h=${content}`,
  ])
  expect(readdirSync(context.scratch())).toEqual([])
})

test('is cancelled between chunks', async () => {
  const context = imageContext()
  const flattening = flattenImage(
    imageOf(layerOf('f=x')),
    { entry: () => undefined, content: () => undefined, endFile: () => undefined },
    {
      limits: context.limits,
      scratch: context.scratch(),
      report: context.report,
      signal: AbortSignal.abort(),
    },
  )
  await expect(flattening).rejects.toMatchObject({ code: 'cancelled' })
})
