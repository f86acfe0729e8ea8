import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openCache } from '../../src/fileset/cache.ts'
import { openStaging } from '../../src/fileset/staging.ts'
import { openTreeWriter } from '../../src/fileset/tree-writer.ts'
import { parseWareId, type WareId } from '../../src/ware/ware-id.ts'
import { record, type FileRecord } from '../ware/records.ts'
import { makeScratch, problemOf, readTree, scriptArguments, writeTree } from './trees.ts'

const hash = '7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7'
const wareId = validId(`tar:${hash}`)

function validId(text: string): WareId {
  const parsed = parseWareId(text)
  if ('why' in parsed) throw new Error(parsed.why)
  return parsed.wareId
}

function shelve(base: string, records: readonly FileRecord[]): string {
  const cache = openCache(base)
  const staging = cache.stage('tar')
  writeTree(records, { owners: 'none' }, staging.tree)
  return cache.shelve(wareId, staging)
}

test('a shelf is found once it is filled, at the place that wares.md names', () => {
  const base = join(makeScratch(), 'not', 'made', 'yet')
  expect(openCache(base).find(wareId)).toBeUndefined()
  const shelf = shelve(base, [record('f')])
  expect(shelf).toBe(join(base, 'tar', 'fileset', '7wj', 'dwS', hash))
  expect(openCache(base).find(wareId)).toBe(shelf)
  expect(readdirSync(join(base, 'tar', 'fileset'))).toEqual(['7wj'])
})

test('a lone file is a shelf', () => {
  const shelf = shelve(makeScratch(), [record('.', 'file', { content: 'x' })])
  expect(lstatSync(shelf).isFile()).toBe(true)
})

test.each([
  ['of a tree', [record('f', 'file', { content: 'x' })]],
  ['of an empty tree', [record('.', 'directory')]],
  ['of a lone file', [record('.', 'file', { content: 'x' })]],
])('the second shelf %s is let go of', (_, records) => {
  const base = makeScratch()
  const first = shelve(base, records)
  expect(shelve(base, records)).toBe(first)
  expect(readdirSync(join(base, 'tar', 'fileset'))).toEqual(['7wj'])
})

test('a staging is private, and may be discarded twice', () => {
  const base = makeScratch()
  const staging = openStaging(join(base, 'new'))
  expect(lstatSync(staging.path).mode & 0o7777).toBe(0o700)
  staging.discard()
  staging.discard()
  expect(readdirSync(join(base, 'new'))).toEqual([])
})

test.each([
  [
    'is a file',
    (base: string) => {
      writeFileSync(base, '')
    },
  ],
  [
    'leads nowhere',
    (base: string) => {
      symlinkSync('/proc/nowhere', base)
    },
  ],
])('a cache that %s is a problem of the cache', (_, make) => {
  const base = join(makeScratch(), 'cache')
  make(base)
  expect(problemOf(() => openCache(base).stage('tar')).code).toBe('local-cache-problem')
})

test('something else on the shelf is told of', () => {
  const base = makeScratch()
  const shelf = join(base, 'tar', 'fileset', '7wj', 'dwS', hash)
  mkdirSync(join(shelf, '..'), { recursive: true })
  symlinkSync('/', shelf)
  expect(problemOf(() => openCache(base).find(wareId)).code).toBe('local-cache-problem')
  expect(problemOf(() => shelve(base, [record('f')])).code).toBe('local-cache-problem')
})

test('a hash that was never checked gets no path', () => {
  const forged: WareId = { packtype: 'tar', hash: '../../../etc', space: 'timeless' }
  expect(() => openCache(makeScratch()).find(forged)).toThrow('not a validated ware ID')
})

const unpacking = `
  import { openCache } from 'src/fileset/cache.ts'
  import { openTreeWriter } from 'src/fileset/tree-writer.ts'
  import { parseWareId } from 'src/ware/ware-id.ts'
  const [, base, id] = process.argv
  const { wareId } = parseWareId(id)
  const cache = openCache(base)
  const common = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '' }
  process.stdout.write('ready')
  cache.sweep()
  const staging = cache.stage('tar')
  const writer = openTreeWriter(staging.tree, { owners: 'none' })
  for (let i = 0; i < 150; i++) {
    writer.entry({ ...common, path: 'd' + (i % 20) + '/f' + i, kind: 'file', mode: 0o644, size: 4096 })
    writer.content(new Uint8Array(4096).fill(i))
    writer.endFile()
  }
  writer.finish()
  cache.shelve(wareId, staging)
  process.stdout.write('shelved')
`

function startUnpacking(base: string): ChildProcess {
  const id = `tar:${hash}`
  const child = spawn(process.execPath, [...scriptArguments(unpacking), base, id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function expectWholeShelf(base: string): Promise<void> {
  const shelf = openCache(base).find(wareId)
  if (shelf === undefined) throw new Error('no shelf')
  const { records } = await readTree(shelf)
  const files = records.filter(({ entry }) => entry.kind === 'file')
  expect(files).toHaveLength(150)
  for (const { entry, content } of files) {
    expect(content.length).toBe(4096)
    expect(content.charCodeAt(7)).toBe(Number(/\d+$/.exec(entry.path)?.[0]) % 256)
  }
}

test('of processes that fill the same shelf, all succeed', async () => {
  const base = makeScratch()
  const children = [startUnpacking(base), startUnpacking(base)]
  const codes = await Promise.all(children.map((child) => once(child, 'exit')))
  expect(codes.map(([code]) => Number(code))).toEqual([0, 0])
  await expectWholeShelf(base)
  expect(readdirSync(join(base, 'tar', 'fileset'))).toEqual(['7wj'])
})

const kills = Number(process.env['R2K8S_KILLS'] ?? '3')

test(
  'after a kill at any moment, the next run succeeds and nothing is left',
  { timeout: 20_000 + kills * 2000 },
  async () => {
    for (let i = 0; i < kills; i++) {
      const base = makeScratch()
      const child = startUnpacking(base)
      const ended = once(child, 'exit')
      if (child.stdout !== null) await once(child.stdout, 'data')
      // Any moment will do; these are spread over the whole run of the child.
      await setTimeout((i * 37) % 40)
      child.kill('SIGKILL')
      await ended
      // Whatever moment it was: a shelf is whole or not there.
      if (openCache(base).find(wareId) !== undefined) await expectWholeShelf(base)
      expect((await once(startUnpacking(base), 'exit'))[0]).toBe(0)
      await expectWholeShelf(base)
      expect(readdirSync(join(base, 'tar', 'fileset'))).toEqual(['7wj'])
    }
  },
)

test('sweeping spares the living and what is not known to be dead', () => {
  const base = makeScratch()
  const cache = openCache(base)
  const staging = cache.stage('tar')
  const writer = openTreeWriter(staging.tree, { owners: 'none' })
  onTestFinished(writer.close)
  const shelves = join(base, 'tar', 'fileset')
  const [alive = ''] = readdirSync(shelves)
  const uuid = '00000000-0000-4000-8000-000000000000'
  const pid = alive.split('.').slice(4).join('.')
  const names = {
    reused: alive.replace(/\d+$/, '1'),
    dead: alive.replace(/\.\d+\.\d+$/, '.4194305.1'),
    foreign: `.tmp.unpack.${uuid}.0123456789abcdef.1.1`,
    oldForeign: `.tmp.unpack.${uuid}.fedcba9876543210.1.1`,
    old: `.tmp.unpack.${uuid}`,
    other: 'abc',
  }
  expect(pid).toMatch(/^[0-9a-f]{16}\.\d+\.\d+$/)
  for (const name of Object.values(names))
    mkdirSync(join(shelves, name, 'tree'), { recursive: true })
  for (const name of [names.old, names.oldForeign])
    utimesSync(join(shelves, name), 1000, 1000)
  cache.sweep()
  expect(readdirSync(shelves).sort()).toEqual([alive, names.foreign, names.other].sort())
  expect(existsSync(staging.tree)).toBe(true)
})
