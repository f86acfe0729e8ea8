import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openTreeWriter } from '../../src/fileset/tree-writer.ts'
import { record, type FileRecord } from '../ware/records.ts'
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

const bare = { owners: 'none' } as const

/** A tree being written beside a directory that must stay empty. */
function beginTree(descriptors?: string) {
  const scratch = makeScratch()
  const root = makeDirectory(scratch, 'tree')
  const outside = makeDirectory(scratch, 'outside')
  const writer = openTreeWriter(root, {
    ...bare,
    ...(descriptors !== undefined && { descriptors }),
  })
  onTestFinished(writer.close)
  return { writer, root, outside, scratch }
}

const refused: [string, FileRecord[], string][] = [
  [
    'a file below a symlink',
    [record('l', 'symlink', { target: '../outside' }), record('l/f')],
    '"l" is a directory and something else, too',
  ],
  [
    'a directory in the place of a symlink',
    [record('l', 'symlink', { target: '../outside' }), record('l', 'directory')],
    '"l" is a directory and something else, too',
  ],
  [
    'a child of a file',
    [record('f'), record('f/g')],
    '"f" is a directory and something else, too',
  ],
  ['a file twice', [record('f'), record('f')], '"f": it exists already'],
  [
    'a file over a symlink',
    [record('l', 'symlink', { target: '../outside/x' }), record('l')],
    '"l": it exists already',
  ],
  [
    'a file over a directory',
    [record('d', 'directory'), record('d')],
    '"d": it exists already',
  ],
  [
    'anything beside a lone file',
    [record('.'), record('f')],
    '"f" comes with a root that is no directory',
  ],
  [
    'a directory below a lone link',
    [record('.', 'symlink', { target: 'outside' }), record('d', 'directory')],
    '"d" comes with a root that is no directory',
  ],
  [
    'a lone file after others',
    [record('f'), record('.')],
    '".": the directory is not empty',
  ],
  [
    'a symlink to nothing',
    [record('l', 'symlink', { target: '' })],
    'the symlink "l" has no target',
  ],
  [
    'a name that is too long',
    [record('n'.repeat(300))],
    `"${'n'.repeat(60)}…": the name is too long for this file system`,
  ],
]

test.each(refused)('refuses %s, and nothing is outside', (_, records, why) => {
  for (const descriptors of ['/proc/self/fd', '/nowhere']) {
    const { writer, outside, scratch } = beginTree(descriptors)
    const problem = problemOf(() => {
      for (const { entry } of records) {
        writer.entry(entry)
        if (entry.kind === 'file') writer.endFile()
      }
    })
    expect(problem.why).toBe(why)
    expect(problem.task).toMatch(/^(unpack|read) the ware$/)
    writer.close()
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(scratch).filter((name) => name !== 'tree')).toEqual(['outside'])
  }
})

test('a directory that becomes a symlink between two records leads nowhere', () => {
  const { writer, root, outside } = beginTree()
  writer.entry(record('d', 'directory').entry)
  writer.entry(record('d/first').entry)
  writer.endFile()
  renameSync(join(root, 'd'), join(root, 'away'))
  symlinkSync(outside, join(root, 'd'))
  writer.entry(record('d/second').entry)
  writer.endFile()
  expect(readdirSync(outside)).toEqual([])
  expect(readdirSync(join(root, 'away'))).toEqual(['first', 'second'])
})

test('nor does one whose descriptor has been let go of', () => {
  const { writer, root, outside } = beginTree()
  writer.entry(record('d', 'directory').entry)
  for (let i = 0; i < 70; i++) {
    writer.entry(record(`other${i}/f`).entry)
    writer.endFile()
  }
  rmdirSync(join(root, 'd'))
  symlinkSync(outside, join(root, 'd'))
  const attack = () => {
    writer.entry(record('d/f').entry)
  }
  expect(problemOf(attack)).toMatchObject({
    code: 'inoperable-path',
    why: '"d/f": a part of the path is no directory',
  })
  expect(readdirSync(outside)).toEqual([])
})

test('modes and times of a directory that was swapped go nowhere either', () => {
  const { writer, root, outside } = beginTree()
  const before = lstatSync(outside)
  writer.entry(record('d', 'directory', { mode: 0, seconds: 1 }).entry)
  rmdirSync(join(root, 'd'))
  symlinkSync(outside, join(root, 'd'))
  expect(problemOf(writer.finish).code).toBe('inoperable-path')
  expect(lstatSync(outside)).toMatchObject({ mode: before.mode, mtimeMs: before.mtimeMs })
})

test('a root that is a symlink is refused', () => {
  const scratch = makeScratch()
  mkdirSync(join(scratch, 'real'))
  symlinkSync('real', join(scratch, 'tree'))
  expect(problemOf(() => openTreeWriter(join(scratch, 'tree'), bare)).code).toBe(
    'inoperable-path',
  )
})

test('what has begun is let go of when it fails', () => {
  const count = () => readdirSync('/proc/self/fd').length
  const before = count()
  const { writer } = beginTree()
  writer.entry(record('a/b/f').entry)
  expect(count()).toBeGreaterThan(before)
  writer.close()
  writer.close()
  expect(count()).toBe(before)
})

test('devices are made only where owners are kept', () => {
  const device = { device: { major: 1, minor: 3 } }
  const records = [record('null', 'character-device', device)]
  expect(problemOf(() => writeTree(records, bare))).toMatchObject({
    code: 'inoperable-path',
    why: '"null" is a device',
  })
})

test.runIf(isRoot)('devices keep their numbers', async ({ skip }) => {
  const scratch = makeScratch()
  const trial = spawnSync('mknod', [join(scratch, 'trial'), 'c', '1', '3'])
  if (trial.status !== 0) skip('this machine lets nobody make devices')
  const device = { device: { major: 259, minor: 300 }, mode: 0o620, uid: 3, gid: 4 }
  const tree = writeTree([record('d', 'block-device', device)], { owners: 'keep' })
  const { rdev, mode, uid } = lstatSync(join(tree, 'd'), { bigint: true })
  // As Linux puts both into one number.
  expect(rdev).toBe(BigInt((300 & 0xff) | (259 << 8) | ((300 & ~0xff) << 12)))
  expect([Number(mode) & 0o7777, Number(uid)]).toEqual([0o620, 3])
  const [, read] = (await readTree(tree)).records
  expect(read?.entry).toMatchObject({ kind: 'block-device', ...device })
})

test('a machine without mkfifo says so', () => {
  const scratch = makeScratch()
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    process.env.PATH = '/nowhere'
    const writer = openTreeWriter(process.argv[1], { owners: 'none' })
    const base = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '', size: 0, mode: 0o600 }
    try {
      writer.entry({ ...base, path: 'p', kind: 'fifo' })
    } catch (error) {
      console.log(error.code, error.message)
    }
  `
  expect(runScript(script, [scratch]).stdout).toBe(
    'inoperable-path cannot read the ware: "p": this machine cannot make fifos (there is no program mkfifo)\n',
  )
})

test('owners that only root can give are a problem of this machine', () => {
  const scratch = makeScratch()
  giveToNobody(scratch)
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    const writer = openTreeWriter(process.argv[1], { owners: 'keep' })
    const base = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '', size: 0, mode: 0o600 }
    writer.entry({ ...base, path: 'f', kind: 'file' })
    try {
      writer.endFile()
    } catch (error) {
      console.log(error.code, error.message, error.problems[0].hints.join())
    }
  `
  expect(runScript(script, [scratch], { asNobody: true }).stdout).toBe(
    'local-cache-problem cannot unpack the ware: "f": the operation is not permitted ' +
      'only root gives files to other owners or makes devices\n',
  )
})

test('a directory that may not be written to is a problem of this machine', () => {
  const scratch = makeScratch()
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    try {
      openTreeWriter(process.argv[1], { owners: 'none' })
    } catch (error) {
      console.log(error.code, error.message.replace(/"[^"]*"/, 'PATH'))
    }
  `
  const closed = makeDirectory(scratch, 'closed')
  expect(runScript(script, [isRoot ? closed : '/'], { asNobody: true }).stdout).toMatch(
    'local-cache-problem cannot unpack the ware: PATH: permission denied\n',
  )
})

test.runIf(isRoot)(
  'a full disk is told of, and closing works all the same',
  ({ skip }) => {
    const small = makeDirectory(makeScratch(), 'small')
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', small])
    if (mount.status !== 0) skip('this machine lets nobody mount')
    onTestFinished(() => {
      spawnSync('umount', [small])
    })
    const writer = openTreeWriter(small, bare)
    onTestFinished(writer.close)
    const problem = problemOf(() => {
      writer.entry(record('big', 'file', { size: 1 << 20 }).entry)
      for (let i = 0; i < 16; i++) writer.content(new Uint8Array(65_536).fill(1))
      writer.endFile()
    })
    expect(problem).toEqual({
      code: 'local-cache-problem',
      task: 'unpack the ware',
      why: '"big": the disk is full',
    })
    writer.close()
  },
)

test('a name with a quote or a line break stays on one line', () => {
  const { writer } = beginTree()
  const name = 'a"\n\x1b[31m'
  writer.entry(record(name).entry)
  writer.endFile()
  const again = () => {
    writer.entry(record(name).entry)
  }
  expect(problemOf(again).why).toBe('"a\\"\\n\\u001b[31m": it exists already')
})
