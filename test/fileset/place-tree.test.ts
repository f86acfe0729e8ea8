import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copyTree } from '../../src/fileset/copy-tree.ts'
import { placeTree } from '../../src/fileset/place-tree.ts'
import { openStaging } from '../../src/fileset/staging.ts'
import { record } from '../ware/records.ts'
import {
  giveToNobody,
  isRoot,
  makeDirectory,
  makeScratch,
  problemOf,
  readTree,
  runScript,
  writeTree,
} from './trees.ts'

const records = [
  record('.', 'directory', { mode: 0o750, seconds: 77 }),
  record('d', 'directory', { mode: 0o555 }),
  record('d/\xff', 'file', { content: 'new' }),
  record('l', 'symlink', { target: '/etc', mode: 0o777 }),
]

/** A finished tree in a staging of its own. */
function stage(scratch: string, what = records): string {
  const { tree } = openStaging(join(scratch, 'staging'))
  return writeTree(what, { owners: 'none' }, tree)
}

async function pathsIn(path: string): Promise<string[]> {
  const { records } = await readTree(path)
  return records.map(({ entry }) => entry.path)
}

const expected = ['.', 'd', 'd/\xff', 'l']

test('makes what is missing above the destination', async () => {
  const scratch = makeScratch()
  const destination = join(scratch, 'a', 'b', 'c')
  placeTree(stage(scratch), destination)
  expect(await pathsIn(destination)).toEqual(expected)
  expect(lstatSync(destination)).toMatchObject({ mtimeMs: 77_000 })
  expect(readdirSync(join(scratch, 'a', 'b'))).toEqual(['c'])
})

test.each([
  [
    'a directory',
    (path: string) => {
      mkdirSync(join(path, 'old', 'deep'), { recursive: true })
    },
  ],
  [
    'a file',
    (path: string) => {
      writeFileSync(path, 'old')
    },
  ],
])('%s in its place goes', async (_, make) => {
  const scratch = makeScratch()
  const destination = join(scratch, 'destination')
  make(destination)
  placeTree(stage(scratch), destination)
  expect(await pathsIn(destination)).toEqual(expected)
  expect(readdirSync(scratch).sort()).toEqual(['destination', 'staging'])
})

test('what a killed run left beside the destination goes with the next one', () => {
  const scratch = makeScratch()
  const left = openStaging(scratch).path
  renameSync(left, left.replace(/\.\d+\.\d+$/, '.4194305.1'))
  placeTree(stage(scratch), join(scratch, 'destination'))
  expect(readdirSync(scratch).sort()).toEqual(['destination', 'staging'])
})

test('a lone file becomes a file', () => {
  const scratch = makeScratch()
  mkdirSync(join(scratch, 'destination', 'old'), { recursive: true })
  placeTree(
    stage(scratch, [record('.', 'file', { content: 'x' })]),
    join(scratch, 'destination'),
  )
  expect(readFileSync(join(scratch, 'destination'), 'utf8')).toBe('x')
})

test.each([
  ['the root of the machine', () => '/', 'is the root of this machine'],
  [
    'a symlink',
    (scratch: string) => {
      symlinkSync('staging', join(scratch, 'link'))
      return join(scratch, 'link')
    },
    'is a symlink',
  ],
  [
    'what the tree lies in',
    (scratch: string) => scratch,
    'holds the cache that the files come from',
  ],
])('refuses %s', (_, destinationOf, why) => {
  const scratch = makeScratch()
  const tree = stage(scratch)
  const problem = problemOf(() => {
    placeTree(tree, destinationOf(scratch))
  })
  expect(problem.code).toBe('inoperable-path')
  expect(problem.why).toContain(why)
  expect(readdirSync(tree)).toContain('d')
})

test('the working directory is filled, not replaced', () => {
  const scratch = makeScratch()
  const here = makeDirectory(scratch, 'here')
  writeFileSync(join(here, 'old'), '')
  const script = `
    import { placeTree } from 'src/fileset/place-tree.ts'
    import { readdirSync } from 'node:fs'
    process.chdir(process.argv[1])
    placeTree(process.argv[2], '.')
    console.log(readdirSync('.').join(' '))
  `
  const before = statSync(here).ino
  expect(runScript(script, [here, stage(scratch)]).stdout).toBe('d l\n')
  expect(statSync(here)).toMatchObject({ ino: before, mtimeMs: 77_000 })
})

test('where nothing may be made beside the destination, it is filled', () => {
  const scratch = makeScratch()
  const parent = makeDirectory(scratch, 'parent')
  const destination = makeDirectory(parent, 'destination')
  giveToNobody(destination)
  writeFileSync(join(destination, 'old'), '')
  const tree = stage(scratch)
  giveToNobody(scratch)
  spawnSync('chown', ['-R', '65534:65534', join(scratch, 'staging'), destination])
  if (!isRoot) spawnSync('chmod', ['555', parent])
  const script = `
    import { placeTree } from 'src/fileset/place-tree.ts'
    import { readdirSync } from 'node:fs'
    placeTree(process.argv[2], process.argv[1])
    console.log(readdirSync(process.argv[1]).join(' '))
  `
  const { stdout, stderr } = runScript(script, [destination, tree], { asNobody: true })
  if (!isRoot) spawnSync('chmod', ['755', parent])
  expect([stdout, stderr]).toEqual(['d l\n', ''])
})

test('a destination that cannot be made is told of', () => {
  const scratch = makeScratch()
  writeFileSync(join(scratch, 'file'), '')
  const tree = stage(scratch)
  expect(
    problemOf(() => {
      placeTree(tree, join(scratch, 'file', 'x'))
    }).code,
  ).toBe('inoperable-path')
  expect(
    problemOf(() => {
      placeTree(tree, '/proc/x/y')
    }).code,
  ).toBe('local-cache-problem')
})

function mountSmall(size: string, skip: (note: string) => void): string {
  const mounted = makeDirectory(makeScratch(), 'mounted')
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', mounted])
  if (mount.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => {
    spawnSync('umount', [mounted])
  })
  return mounted
}

test.runIf(isRoot)(
  'a mount point is filled, and a path below one copied to',
  async ({ skip }) => {
    const scratch = makeScratch()
    const mounted = mountSmall('1m', skip)
    writeFileSync(join(mounted, 'old'), '')
    placeTree(stage(scratch), join(mounted, 'below'))
    expect(await pathsIn(join(mounted, 'below'))).toEqual(expected)
    placeTree(stage(scratch), mounted)
    expect(await pathsIn(mounted)).toEqual(expected)
    expect(lstatSync(mounted)).toMatchObject({ mtimeMs: 77_000 })
  },
)

test.runIf(isRoot)(
  'a mount point that is too small ends up empty, not half full',
  ({ skip }) => {
    const mounted = mountSmall('256k', skip)
    const big = [...records, record('z', 'file', { content: 'x'.repeat(1 << 20) })]
    const tree = stage(makeScratch(), big)
    expect(
      problemOf(() => {
        placeTree(tree, mounted)
      }),
    ).toMatchObject({
      code: 'local-cache-problem',
      why: '"z": the disk is full',
    })
    expect(readdirSync(mounted)).toEqual([])
  },
)

test('a copy is the same, to the fraction of a second', async () => {
  const scratch = makeScratch()
  const fraction = { nanoseconds: 250_000_000, content: 'x', mode: 0o4711 }
  const tree = stage(scratch, [...records, record('z', 'file', fraction)])
  await copyTree(tree, join(scratch, 'copy'))
  const precision = 'nanoseconds'
  const copied = (await readTree(join(scratch, 'copy'), { precision })).records
  expect(copied).toEqual((await readTree(tree, { precision })).records)
  expect(copied.at(-1)?.entry.nanoseconds).toBe(250_000_000)
})

test('a copy of nothing is a problem of the cache', async () => {
  const scratch = makeScratch()
  await expect(
    copyTree(join(scratch, 'gone'), join(scratch, 'copy')),
  ).rejects.toMatchObject({
    code: 'local-cache-problem',
  })
})
