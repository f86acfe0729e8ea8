import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveInTree } from '../../src/fileset/resolve-in-tree.ts'
import {
  ensureDirectory,
  ensureFile,
  exists,
  removeLink,
  replaceLink,
  topLevel,
} from '../../src/fileset/tree-editor.ts'
import { record } from '../ware/records.ts'
import {
  giveToNobody,
  isRoot,
  makeScratch,
  problemOf,
  runScript,
  writeTree,
} from './trees.ts'

const link = (path: string, target: string) => record(path, 'symlink', { target })

function makeRoot(): string {
  return writeTree(
    [
      record('usr/bin/sh', 'file', { content: 'sh' }),
      record('usr/lib', 'directory'),
      link('bin', 'usr/bin'),
      link('sbin', '/usr/sbin'),
      link('usr/sbin', '/bin'),
      link('out', '../../../../etc'),
      link('etc', '/'),
      link('dangling', 'nowhere/at/all'),
      link('loop', 'pool'),
      link('pool', 'loop'),
      link('var/run', '/run'),
      link('\xff', 'usr'),
    ],
    { owners: 'none' },
  )
}

test.each([
  ['/', '.', 'directory'],
  ['bin', 'usr/bin', 'directory'],
  ['bin/sh', 'usr/bin/sh', 'file'],
  ['/sbin/sh', 'usr/bin/sh', 'file'],
  ['out', '.', 'directory'],
  ['out/usr', 'usr', 'directory'],
  ['../../usr/./lib/..', 'usr', 'directory'],
  ['sbin/..', 'usr', 'directory'],
  ['\xff/lib', 'usr/lib', 'directory'],
  ['dangling', 'nowhere/at/all', undefined],
  ['var/run/secrets', 'run/secrets', undefined],
  ['nowhere/../usr', 'usr', 'directory'],
  ['nowhere/at/../x', 'nowhere/x', undefined],
])('%j is %j, a %s', (path, expected, kind) => {
  const root = makeRoot()
  expect(resolveInTree(root, path)).toEqual({ path: expected, kind })
  expect(exists(root, path)).toBe(kind !== undefined)
})

test.each([
  ['loop', '"loop": its symlinks go in a circle'],
  ['bin/sh/x', '"bin/sh/x" leads below "usr/bin/sh", which is no directory'],
  ['bin/sh/..', '"bin/sh/.." leads below "usr/bin/sh", which is no directory'],
])('%j is refused', (path, why) => {
  const root = makeRoot()
  const problem = problemOf(() => resolveInTree(root, path))
  expect(problem).toMatchObject({ code: 'inoperable-path', why })
})

test('the top level is listed with its links', () => {
  const found = topLevel(makeRoot())
  expect(found.map(({ name }) => name)).toEqual([
    'bin',
    'dangling',
    'etc',
    'loop',
    'out',
    'pool',
    'sbin',
    'usr',
    'var',
    '\xff',
  ])
  expect(found[0]).toEqual({ name: 'bin', kind: 'symlink', target: 'usr/bin' })
  expect(found[7]).toEqual({ name: 'usr', kind: 'directory' })
})

test('a link gets another target and keeps its time', () => {
  const root = makeRoot()
  replaceLink(root, 'sbin', 'usr/bin')
  expect(readlinkSync(join(root, 'sbin'))).toBe('usr/bin')
  expect(lstatSync(join(root, 'sbin')).mtimeMs).toBe(1262304000_000)
  removeLink(root, 'dangling')
  expect(topLevel(root).map(({ name }) => name)).not.toContain('dangling')
  expect(
    problemOf(() => {
      replaceLink(root, 'usr', 'x')
    }).why,
  ).toBe('"usr" is no symlink')
  expect(
    problemOf(() => {
      removeLink(root, 'usr')
    }).why,
  ).toBe('"usr" is no symlink')
})

test('directories and files are made where the links in the tree lead', () => {
  const root = makeRoot()
  const wanted = { mode: 0o1733 }
  expect(ensureDirectory(root, 'var/run/secrets/token', wanted)).toBe('run/secrets/token')
  expect(lstatSync(join(root, 'run', 'secrets', 'token')).mode & 0o7777).toBe(0o1733)
  expect(ensureFile(root, 'etc/hosts', { mode: 0o640 })).toBe('hosts')
  expect(lstatSync(join(root, 'hosts')).mode & 0o7777).toBe(0o640)
  expect(ensureFile(root, 'dangling', { mode: 0o644 })).toBe('nowhere/at/all')
  expect(lstatSync(join(root, 'nowhere')).mode & 0o7777).toBe(0o755)
})

test.runIf(isRoot)('what is made belongs to whom it shall, set-ID bits included', () => {
  const root = makeRoot()
  const wanted = { mode: 0o2750, uid: 12, gid: 34 }
  ensureDirectory(root, 'usr/made/deep', wanted)
  ensureFile(root, 'usr/made/file', { mode: 0o4711, gid: 34 })
  const show = (path: string) => {
    const { mode, uid, gid } = lstatSync(join(root, path))
    return { mode: mode & 0o7777, uid, gid }
  }
  expect(show('usr/made')).toEqual(wanted)
  expect(show('usr/made/deep')).toEqual(wanted)
  expect(show('usr/made/file')).toEqual({ mode: 0o4711, uid: 0, gid: 34 })
})

test('what is there stays as it is', () => {
  const root = makeRoot()
  expect(ensureFile(root, 'bin/sh', { mode: 0o600 })).toBe('usr/bin/sh')
  expect(readFileSync(join(root, 'usr/bin/sh'), 'utf8')).toBe('sh')
  ensureDirectory(root, '/usr/lib', { mode: 0o700 })
  expect(lstatSync(join(root, 'usr/lib')).mode & 0o7777).toBe(0o755)
  expect(problemOf(() => ensureDirectory(root, 'bin/sh', { mode: 0o755 })).why).toBe(
    '"usr/bin/sh" is a file',
  )
  expect(problemOf(() => ensureFile(root, 'bin', { mode: 0o644 })).why).toBe(
    '"usr/bin" is a directory',
  )
})

test('nothing is made outside, wherever links lead', () => {
  const scratch = makeScratch()
  const root = join(scratch, 'a', 'b', 'root')
  mkdirSync(root, { recursive: true })
  symlinkSync('../..', join(root, 'up'))
  symlinkSync(scratch, join(root, 'absolute'))
  ensureFile(root, 'up/etc/hosts', { mode: 0o644 })
  ensureDirectory(root, 'absolute/made', { mode: 0o755 })
  expect(readdirSync(scratch)).toEqual(['a'])
  expect(readdirSync(join(scratch, 'a'))).toEqual(['b'])
  expect(readdirSync(join(scratch, 'a', 'b'))).toEqual(['root'])
  expect(existsSync(join(root, 'etc', 'hosts'))).toBe(true)
  expect(existsSync(join(root, scratch, 'made'))).toBe(true)
})

test('who owns a read-only directory can still make something in it', () => {
  const scratch = makeScratch()
  mkdirSync(join(scratch, 'root', 'etc'), { recursive: true })
  for (const path of ['root/etc', 'root']) {
    giveToNobody(join(scratch, path))
    chmodSync(join(scratch, path), 0o555)
  }
  const script = `
    import { ensureFile } from 'src/fileset/tree-editor.ts'
    import { lstatSync } from 'node:fs'
    console.log(ensureFile(process.argv[1] + '/root', 'etc/new/hosts', { mode: 0o644 }))
    console.log((lstatSync(process.argv[1] + '/root/etc').mode & 0o7777).toString(8))
  `
  chmodSync(scratch, 0o755)
  const { stdout, stderr } = runScript(script, [scratch], { asNobody: true })
  expect([stdout, stderr]).toEqual(['etc/new/hosts\n555\n', ''])
})

test('a tree that is a lone file has no top level', () => {
  const file = join(makeScratch(), 'f')
  writeFileSync(file, '')
  expect(problemOf(() => topLevel(file)).code).toBe('inoperable-path')
})
