import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { keepIndex } from '../../src/transfer/index-ware.ts'
import { unpackWare } from '../../src/transfer/unpack-ware.ts'
import { R2k8sError, type ErrorCode } from '../../src/errors.ts'
import { rawHeader, rawTar, record } from '../ware/records.ts'
import {
  answering,
  closedPort,
  containing,
  example,
  exampleRecords,
  filterOf,
  leftovers,
  listAll,
  makeWare,
  other,
  serve,
  temporaryDirectory,
  transferContext,
  type TestContext,
} from './fixtures.ts'

const hardlink = rawTar(
  rawHeader({ name: 'a' }),
  rawHeader({ name: 'b', type: '1', target: 'a' }),
)
const device = { major: 1, minor: 3 }
const withDevice = makeWare(
  ...exampleRecords(),
  record('null', 'character-device', { device }),
)
const retargeted = makeWare(...exampleRecords('/etc/passwd'))

/** Addresses of the ware at warehouses that do not have it as it should be. */
const faults: readonly [string, ErrorCode, string, () => string | Promise<string>][] = [
  [
    'has no such file',
    'ware-not-found',
    '404',
    () => serve(answering('', { status: 404 })),
  ],
  [
    'has an empty shelf',
    'ware-not-found',
    'no file',
    () => `ca+file://${temporaryDirectory()}`,
  ],
  [
    'is a directory that is missing',
    'warehouse-unavailable',
    'does not exist',
    () => `ca+file://${temporaryDirectory()}/not-mounted`,
  ],
  ['refuses connections', 'warehouse-unavailable', '', closedPort],
  [
    'has trouble of its own',
    'warehouse-unavailable',
    '500',
    () => serve(answering('', { status: 500 })),
  ],
  [
    'forbids',
    'warehouse-unavailable',
    '403',
    () => serve(answering('', { status: 403 })),
  ],
  [
    'answers with a page',
    'ware-corrupt',
    '',
    () =>
      serve(answering('<!DOCTYPE html><title>Sign in</title>', { type: 'text/html' })),
  ],
  ['answers with nothing', 'ware-corrupt', '', () => serve(answering(''))],
  [
    'has half of it',
    'ware-corrupt',
    '',
    () => serve(answering(example.tar.subarray(0, 1800))),
  ],
  [
    'has half of it, compressed',
    'ware-corrupt',
    '',
    () => serve(answering(gzipSync(example.tar).subarray(0, 150))),
  ],
  [
    'breaks off',
    'warehouse-unavailable',
    '',
    () =>
      serve((_, response) => {
        response.writeHead(200, { 'content-length': example.tar.length })
        response.write(example.tar.subarray(0, 1800), () => response.destroy())
      }),
  ],
  [
    'has other files',
    'ware-hash-mismatch',
    'another fileset',
    () => serve(answering(other.tar)),
  ],
  [
    'has a hardlink in it',
    'inoperable-path',
    'hardlink',
    () => serve(answering(hardlink)),
  ],
  [
    'put a device into it',
    'filter-rejection',
    'device',
    () => serve(answering(withDevice.tar)),
  ],
  [
    'leads a symlink elsewhere',
    'ware-hash-mismatch',
    'strict digest',
    () => serve(answering(retargeted.tar)),
  ],
]

function fetchFrom(addresses: readonly string[], context: TestContext, place: string) {
  const filter = filterOf('unpack-conservative')
  const more = { filter, rejects: true, owners: 'none', placer: 'copy' } as const
  return unpackWare(
    { wareId: example.id, addresses, destination: place, ...more },
    context,
  )
}

/** As after packing it here: symlinks are covered, too. */
function knowingContext(): TestContext {
  const context = transferContext()
  const { strictDigest } = example
  keepIndex(example.id, { entries: [], size: 0, files: 0, strictDigest }, context)
  return context
}

describe.each(faults)('a warehouse that %s', (_, code, words, faulty) => {
  test('is passed over for the next', async () => {
    const context = knowingContext()
    const place = join(temporaryDirectory(), 'place')
    const bad = await faulty()
    const good = await serve(answering(example.tar))
    expect(await fetchFrom([bad, good], context, place)).toEqual(example.id)
    expect(readFileSync(join(place, 'bin/run'), 'utf8')).toBe('run\n')
    expect(readlinkSync(join(place, 'link'))).toBe('bin/run')
    expect(listAll(place)).toEqual(['bin', 'bin/run', 'link', 'text'])
    expect(leftovers(context.cacheBase, join(place, '..'), context.scratch())).toEqual([])
    const told = context.events.filter((event) => event.kind === 'log')
    const level = code === 'ware-not-found' ? 'info' : 'warn'
    const detail = [
      ['wareID', example.text],
      ['category', code],
    ]
    const message = containing(bad)
    expect(told).toEqual([{ kind: 'log', level, message, detail }])
  })

  test('alone leaves nothing behind', async () => {
    const context = knowingContext()
    const parent = temporaryDirectory()
    const place = join(parent, 'place')
    mkdirSync(place)
    writeFileSync(join(place, 'mine'), '')
    const bad = await faulty()
    const failure = fetchFrom([bad], context, place)
    await expect(failure).rejects.toMatchObject({
      code,
      problems: [{ task: `fetch ${example.text}`, why: containing(words) }],
    })
    await expect(failure).rejects.toThrow(bad)
    expect(listAll(parent)).toEqual(['place', 'place/mine'])
    expect(listAll(join(context.cacheBase, 'tar/fileset'))).toEqual([])
    expect(listAll(context.scratch())).toEqual([])
  })
})

test('the error names every warehouse and takes the gravest for its code', async () => {
  const context = transferContext()
  const empty = temporaryDirectory()
  const absent = `ca+file://${empty}`
  const gone = `ca+file://${empty}/gone`
  const broken = await serve(answering('<html>'))
  const wrong = await serve(answering(other.tar))
  const place = join(empty, 'place')
  const cases: [string[], ErrorCode][] = [
    [[gone, absent], 'ware-not-found'],
    [[absent, broken], 'ware-corrupt'],
    [[absent, broken, wrong, gone], 'ware-hash-mismatch'],
  ]
  for (const [addresses, code] of cases) {
    const failure = fetchFrom(addresses, context, place)
    await expect(failure).rejects.toMatchObject({ code })
    for (const address of addresses) await expect(failure).rejects.toThrow(`"${address}"`)
  }
  expect(existsSync(place)).toBe(false)
})

test('an address that is none stops everything before anybody is asked', async () => {
  const context = transferContext()
  const place = join(temporaryDirectory(), 'place')
  const sources = ['ca+file:///srv', 'ftp://a/b', '/plain']
  await expect(fetchFrom(sources, context, place)).rejects.toMatchObject({
    code: 'usage',
    problems: [{ code: 'usage' }, { code: 'usage' }],
  })
  await expect(fetchFrom([], context, place)).rejects.toMatchObject({ code: 'usage' })
  expect(context.events).toEqual([])
})

describe('an address of http that may be a content-addressed warehouse', () => {
  const welcome = () => answering('Wares by their hash.\n', { type: 'text/plain' })
  const nothing = () => answering('', { status: 404 })

  async function hintsOf(
    address: string,
    path = '',
  ): Promise<readonly string[] | undefined> {
    const context = transferContext()
    const failure = fetchFrom(
      [`${address}${path}`],
      context,
      join(temporaryDirectory(), 'x'),
    )
    const error: unknown = await failure.catch((reason: unknown) => reason)
    if (!(error instanceof R2k8sError)) throw new Error('it was fetched')
    return error.problems[0].hints
  }

  test.each([
    ['it answers with a welcome', welcome, ''],
    ['it has nothing there', nothing, 'wares/'],
  ])('is told as such when %s', async (_, answer, path) => {
    const base = new URL('/', await serve(answer())).href
    const shelf = `ca+${base}${path}`.replace(/\/$/, '')
    expect(await hintsOf(base, path)).toEqual([
      `if this is a content-addressed warehouse, write it as ${shelf}`,
    ])
  })

  test.each([
    ['it names an archive that is not there', nothing, 'app.tgz'],
    ['it has other files', () => answering(other.tar), ''],
    ['it has trouble of its own', () => answering('', { status: 500 }), ''],
  ])('is not when %s', async (_, answer, path) => {
    const base = new URL('/', await serve(answer())).href
    expect(await hintsOf(base, path)).toBeUndefined()
  })
})

test('a warehouse named twice is asked once', async () => {
  const context = transferContext()
  let asked = 0
  const address = await serve((request, response) => {
    asked++
    answering('', { status: 404 })(request, response)
  })
  const place = join(temporaryDirectory(), 'place')
  await expect(fetchFrom([address, address], context, place)).rejects.toThrow('404')
  expect(asked).toBe(1)
})
