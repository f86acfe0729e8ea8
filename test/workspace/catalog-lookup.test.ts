import { execFileSync } from 'node:child_process'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeProblem } from '../../src/errors.ts'
import { parseCatalogReference } from '../../src/plot/catalog-reference.ts'
import { lookUp } from '../../src/workspace/catalog-lookup.ts'
import { busybash } from '../formula/read.ts'
import { makeTree, moduleFiles } from './disk.ts'

const busybox = 'tar:4z9DCTxoKkStqXQRwtf9nimpfQQ36dbndDsAPCQgECfbXt3edanUrsVKCjE9TkX2v9'
const name = 'warpsys.org/busybox'
const text = `${name}:v1.35.0:amd64-static`
const content = {
  release: 'v1.35.0',
  items: { 'amd64-static': busybox },
  byWare: { [busybox]: ['https://a.example/1.tgz', 'ca+s3://b.example/w'] },
}

function referenceOf(written: string) {
  const parsed = parseCatalogReference(written)
  if ('why' in parsed) throw new Error(parsed.why)
  return parsed.reference
}

function found(catalogs: readonly string[], written = text) {
  const looked = lookUp(referenceOf(written), catalogs)
  if ('problems' in looked) throw new Error(looked.problems.map(describeProblem).join())
  return looked
}

function problemsOf(catalogs: readonly string[], written = text) {
  const looked = lookUp(referenceOf(written), catalogs)
  return 'problems' in looked ? looked.problems : []
}

describe('a catalog that has the item', () => {
  test('says which ware it is, and every address of it', () => {
    const top = makeTree(moduleFiles('c', name, content))
    expect(found([join(top, 'c')])).toEqual({
      wareId: { packtype: 'tar', space: 'timeless', hash: busybox.slice(4) },
      addresses: ['https://a.example/1.tgz', 'ca+https://b.example/w'],
      warnings: [],
      catalog: join(top, 'c'),
    })
  })

  test('needs no list of mirrors', () => {
    const { release, items } = content
    const top = makeTree(moduleFiles('c', name, { release, items }))
    expect(found([join(top, 'c')])).toMatchObject({ addresses: [], warnings: [] })
  })

  test('is asked before those behind it, and behind those that have it not', () => {
    const other = { ...content, items: { 'amd64-static': busybash }, byWare: {} }
    const top = makeTree({
      'empty/': '',
      ...moduleFiles('older', name, { ...other, release: 'v1.34.0' }),
      ...moduleFiles('partly', name, { ...other, items: { arm: busybash } }),
      ...moduleFiles('first', name, content),
      ...moduleFiles('second', name, other),
    })
    const at = (...names: string[]) => names.map((each) => join(top, each))
    const behind = at('empty', 'older', 'partly')
    expect(found([...behind, ...at('first', 'second')]).wareId.hash).toBe(
      busybox.slice(4),
    )
    expect(found([...behind, ...at('second', 'first')]).catalog).toBe(join(top, 'second'))
  })

  test('may keep a module within the directory of another', () => {
    const top = makeTree({
      ...moduleFiles('c', 'foo.org/a', content),
      ...moduleFiles('c', 'foo.org/a/b', content),
    })
    expect(
      found([join(top, 'c')], 'foo.org/a/b:v1.35.0:amd64-static').addresses,
    ).toHaveLength(2)
  })
})

describe('what no catalog has is told', () => {
  const top = () => makeTree({ 'empty/': '', ...moduleFiles('c', name, content) })

  test('without any catalog to look in', () => {
    expect(problemsOf([])).toEqual([
      {
        code: 'formula-invalid',
        task: `find catalog:${text}`,
        why: 'there is no catalog to look in',
        hints: [
          'name one with --catalog, or keep one in .warpforge/catalog beside the plot or above',
        ],
      },
    ])
  })

  test.each([
    [
      'a module',
      'warpsys.org/busyboxx:v1.35.0:amd64-static',
      'no catalog has the module "warpsys.org/busyboxx"',
      [],
    ],
    [
      'a release',
      `${name}:v1.35.1:amd64-static`,
      `"${name}" has no release "v1.35.1"`,
      ['did you mean "v1.35.0"?'],
    ],
    [
      'a release unlike those that there are',
      `${name}:latest:amd64-static`,
      `"${name}" has no release "latest"`,
      ['there is "v1.35.0"'],
    ],
    [
      'an item',
      `${name}:v1.35.0:amd64-statik`,
      `the release "v1.35.0" of "${name}" has no item "amd64-statik"`,
      ['did you mean "amd64-static"?'],
    ],
  ])(
    '%s, with what was searched and what was probably meant',
    (_, written, why, hints) => {
      const at = top()
      const searched = `; searched: ${at}/empty, ${at}/c`
      expect(problemsOf([join(at, 'empty'), join(at, 'c')], written)).toEqual([
        {
          code: 'formula-invalid',
          task: `find catalog:${written}`,
          why: why + searched,
          ...(hints.length > 0 && { hints }),
        },
      ])
    },
  )

  test('when a release is listed and its file is not there', () => {
    const at = top()
    const file = join(at, 'c', name, '_releases/v1.35.0.json')
    rmSync(file)
    expect(problemsOf([join(at, 'c')])).toMatchObject([
      {
        why: `the module lists the release, but without its file ${file}`,
        hints: ['the catalog is not complete: fetch it again'],
      },
    ])
  })
})

describe('a catalog that is broken is told, not passed over', () => {
  const broken = (change: (directory: string) => void) => {
    const top = makeTree({
      ...moduleFiles('c', name, content),
      ...moduleFiles('sound', name, content),
    })
    const directory = join(top, 'c', name)
    change(directory)
    return problemsOf([join(top, 'c'), join(top, 'sound')]).map((problem) =>
      describeProblem(problem).replaceAll(directory, ''),
    )
  }

  test('by one changed byte of a release', () => {
    const problems = broken((directory) => {
      const items = { 'amd64-static': busybox.replace('4z9', '4z8') }
      const document = { releaseName: 'v1.35.0', items, metadata: {} }
      writeFileSync(join(directory, '_releases/v1.35.0.json'), JSON.stringify(document))
    })
    expect(problems).toEqual([
      expect.stringMatching(
        /^cannot read the catalog at \/_releases\/v1\.35\.0\.json:1:1: the document: the module lists it with the CID zM5K3Z62\w+, but it has zM5K3\w+$/,
      ),
    ])
  })

  test.each([
    [
      '_module.json',
      'cannot read the catalog at /_module.json:1:1: "x" stands where a value is expected',
    ],
    [
      '_mirrors.json',
      'cannot read the catalog at /_mirrors.json:1:1: "x" stands where a value is expected',
    ],
  ])('by a %s that is no JSON', (file, problem) => {
    expect(
      broken((directory) => {
        writeFileSync(join(directory, file), 'x')
      }),
    ).toEqual([problem])
  })

  test('by a file that is far too large', () => {
    expect(
      broken((directory) => {
        truncateSync(join(directory, '_mirrors.json'), 4 * 1024 * 1024 + 1)
      }),
    ).toEqual([
      'cannot read the catalog at /_mirrors.json: it has more than 4194304 bytes',
    ])
  })

  test('by a directory or a pipe in place of a file, which keeps nobody waiting', () => {
    const replace = (file: string, command: string) =>
      broken((directory) => {
        rmSync(join(directory, file))
        execFileSync(command, [join(directory, file)])
      })
    const why = 'it is no regular file'
    expect(replace('_module.json', 'mkdir')).toEqual([
      `cannot read the catalog at /_module.json: ${why}`,
    ])
    expect(replace('_mirrors.json', 'mkfifo')).toEqual([
      `cannot read the catalog at /_mirrors.json: ${why}`,
    ])
  })

  test('by an item that is no ware', () => {
    const top = makeTree(moduleFiles('c', name, { release: 'v1', items: { x: 'tar:-' } }))
    expect(problemsOf([join(top, 'c')], `${name}:v1:x`).map(({ why }) => why)).toEqual([
      '"tar:-" is the blank ware: there is nothing to fetch',
    ])
  })
})

test.each([
  ['a module', { module: '../outside', release: 'v1.35.0', item: 'amd64-static' }],
  [
    'a module below',
    { module: 'a/../../outside', release: 'v1.35.0', item: 'amd64-static' },
  ],
  ['a module at the root', { module: '/etc', release: 'v1.35.0', item: 'amd64-static' }],
  [
    'a release',
    { module: 'a', release: '../../outside/_releases/v1.35.0', item: 'amd64-static' },
  ],
])(
  '%s that leads out of the catalog is refused before anything is opened',
  (_, reference) => {
    const top = makeTree({ 'c/a/': '', ...moduleFiles('', 'outside', content) })
    const looked = lookUp(reference, [join(top, 'c')])
    const whys = 'problems' in looked ? looked.problems.map(({ why }) => why) : []
    expect(whys).toEqual([expect.stringMatching(/is no (module name|release): /)])
  },
)
