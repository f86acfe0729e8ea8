import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { identify, record, type FileRecord } from '../ware/records.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { openTreeWriter } from '../../src/fileset/tree-writer.ts'
import { walkTree } from '../../src/fileset/walk-tree.ts'
import {
  giveToNobody,
  isRoot,
  makeDirectory,
  makeScratch,
  readTree,
  runScript,
  writeTree,
} from './trees.ts'

/** As `uid` and `gid` of every record, so that the tests do the same for everybody. */
const mine = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

function own(
  path: string,
  kind: Parameters<typeof record>[1] = 'file',
  more: Parameters<typeof record>[2] = {},
): FileRecord {
  return record(path, kind, {
    ...mine,
    ...(kind === 'symlink' && { mode: 0o777 }),
    ...more,
  })
}

const kitchenSink = [
  own('.', 'directory', { mode: 0o711 }),
  own('a-b', 'file', { content: 'x' }),
  own('a.b', 'file', { mode: 0o4755, content: 'set-ID' }),
  own('a', 'directory', { mode: 0o1777, seconds: -1000 }),
  own('a/closed', 'directory', { mode: 0 }),
  own('a/closed/inside', 'file', { content: 'y', mode: 0 }),
  own('a/readonly', 'directory', { mode: 0o500 }),
  own('a/readonly/deep', 'directory', { mode: 0o2555 }),
  own('a/readonly/deep/file', 'file', { seconds: -1, mode: 0o2711, content: 'z' }),
  own('a0', 'symlink', { target: '/etc/passwd', seconds: 5 }),
  own('caf\xc3\xa9', 'file', { content: 'utf-8' }),
  own('empty', 'file'),
  own('no\xff\x80utf', 'directory'),
  own('no\xff\x80utf/\xfe', 'file', { content: 'raw' }),
  own('no\xff\x80utf/\xff', 'symlink', { target: '\xfd/\xfc' }),
  own('pipe', 'fifo', { mode: 0o622 }),
]

test.runIf(isRoot)('what is written reads back as it was, in order', async () => {
  const { records } = await readTree(writeTree(kitchenSink))
  expect(records).toEqual(kitchenSink)
})

test('without descriptors as paths it is the same', async () => {
  const readable = kitchenSink.filter(({ entry }) => isRoot || (entry.mode & 0o400) !== 0)
  const descriptors = '/nowhere'
  const tree = writeTree(readable, { owners: 'none', descriptors })
  expect((await readTree(tree, { descriptors })).records).toEqual(readable)
})

test('a shuffled fileset makes the same tree, with the same identity', async () => {
  const shuffled = [...kitchenSink]
    .reverse()
    .filter(({ entry }) => isRoot || entry.mode > 0)
  const tree = writeTree(shuffled, { owners: 'none' })
  const identifier = createIdentifier()
  await walkTree(tree, identifier, () => undefined)
  expect(identifier.finish()).toEqual(identify(shuffled))
})

test('somebody who is not root gets the same modes, closed directories included', () => {
  const scratch = makeScratch()
  giveToNobody(scratch)
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    import { moveTree } from 'src/fileset/move-tree.ts'
    import { removeTree } from 'src/fileset/remove-tree.ts'
    import { mkdirSync, lstatSync, existsSync } from 'node:fs'
    const scratch = process.argv[1]
    process.umask(0o077)
    const base = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '', size: 0 }
    mkdirSync(scratch + '/tree')
    mkdirSync(scratch + '/elsewhere')
    const writer = openTreeWriter(scratch + '/tree', { owners: 'none' })
    writer.entry({ ...base, path: '.', kind: 'directory', mode: 0o555 })
    writer.entry({ ...base, path: 'a', kind: 'directory', mode: 0o500 })
    writer.entry({ ...base, path: 'a/f', kind: 'file', mode: 0o6666 })
    writer.endFile()
    writer.entry({ ...base, path: 'zero', kind: 'directory', mode: 0 })
    writer.finish()
    moveTree(scratch + '/tree', scratch + '/elsewhere/tree')
    const mode = (path) => (lstatSync(scratch + '/elsewhere/tree' + path).mode & 0o7777).toString(8)
    const times = lstatSync(scratch + '/elsewhere/tree').mtimeMs
    const modes = ['', '/a', '/a/f', '/zero'].map(mode)
    removeTree(scratch + '/elsewhere')
    console.log(JSON.stringify({ modes, times, left: existsSync(scratch + '/elsewhere') }))
  `
  const { stdout, stderr } = runScript(script, [scratch], { asNobody: true })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    modes: ['555', '500', '6666', '0'],
    times: 7000,
    left: false,
  })
})

test('content that comes in any pieces is the same file', () => {
  const whole = Buffer.from(Array.from({ length: 700_001 }, (_, i) => i % 251))
  for (const piece of [700_001, 300_000, 65_537, 4096]) {
    const root = makeDirectory(makeScratch(), 'tree')
    const writer = openTreeWriter(root, { owners: 'none' })
    writer.entry(own('f', 'file', { size: whole.length }).entry)
    // The source reuses its buffer.
    const buffer = Buffer.alloc(piece)
    for (let at = 0; at < whole.length; at += piece) {
      const length = whole.copy(buffer, 0, at, at + piece)
      writer.content(buffer.subarray(0, length))
      buffer.fill(0)
    }
    writer.endFile()
    writer.finish()
    expect(readFileSync(join(root, 'f')).equals(whole)).toBe(true)
  }
})

test.each([
  ['the last nanosecond', 1_700_000_000, 999_999_999],
  ['the last one before 1970', -1, 999_999_999],
  ['a quarter before 1970', -101, 750_000_000],
  ['the year 1901', -2_147_480_000, 1],
])('a fractional time stays in its second: %s', async (_, seconds, nanoseconds) => {
  const tree = writeTree([own('f', 'file', { seconds, nanoseconds })], { owners: 'none' })
  const [, file] = (await readTree(tree)).records
  expect(file?.entry).toMatchObject({ seconds, nanoseconds: 0 })
})

test('directories that no record names are inferred, and later records replace that', async () => {
  const late = own('a', 'directory', { mode: 0o700, seconds: 3 })
  const tree = writeTree([own('a/b/f'), late], { owners: 'none' })
  const found = (await readTree(tree)).records.map(({ entry }) => entry)
  expect(found[0]).toMatchObject({ path: '.', mode: 0o755, seconds: 1262304000 })
  expect(found[1]).toMatchObject({ path: 'a', mode: 0o700, seconds: 3 })
  expect(found[2]).toMatchObject({ path: 'a/b', mode: 0o755, seconds: 1262304000 })
})

test('a lone file stands in the place of the tree', async () => {
  const lone = own('.', 'file', { content: 'alone', mode: 0o751 })
  const tree = writeTree([lone], { owners: 'none' })
  expect(statSync(tree).isFile()).toBe(true)
  const { records } = await readTree(tree)
  expect(records).toEqual([lone])
})

test('a lone symlink is a record of itself', async () => {
  const lone = own('.', 'symlink', { target: 'nowhere' })
  const tree = writeTree([lone], { owners: 'none' })
  expect(readlinkSync(tree)).toBe('nowhere')
  expect((await readTree(tree)).records).toEqual([lone])
})

test.runIf(isRoot)(
  'owners are those of the records, those given, or nobody’s business',
  () => {
    const records = [own('f', 'file', { uid: 12, gid: 34, mode: 0o6755, content: 'x' })]
    const ownerOf = (tree: string) => {
      const { uid, gid, mode } = lstatSync(join(tree, 'f'))
      return [uid, gid, mode & 0o7777]
    }
    expect(ownerOf(writeTree(records, { owners: 'keep' }))).toEqual([12, 34, 0o6755])
    const given = { uid: 5, gid: 6 }
    expect(ownerOf(writeTree(records, { owners: given }))).toEqual([5, 6, 0o6755])
    expect(ownerOf(writeTree(records, { owners: 'none' }))).toEqual([0, 0, 0o6755])
  },
)

test.runIf(isRoot)('a set-GID directory above does not give its group away', () => {
  const scratch = makeScratch()
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    import { chmodSync, chownSync, mkdirSync, lstatSync } from 'node:fs'
    const root = process.argv[1] + '/volume'
    mkdirSync(root)
    chownSync(root, 0, 4321)
    chmodSync(root, 0o2775)
    const base = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '', size: 0 }
    const writer = openTreeWriter(root, { owners: { uid: 0, gid: 0 } })
    writer.entry({ ...base, path: 'd', kind: 'directory', mode: 0o755 })
    writer.entry({ ...base, path: 'd/f', kind: 'file', mode: 0o644 })
    writer.endFile()
    writer.finish()
    const show = ({ gid, mode }) => gid + ' ' + (mode & 0o7777).toString(8)
    console.log([root + '/d', root + '/d/f'].map((path) => show(lstatSync(path))).join(', '))
  `
  expect(runScript(script, [scratch]).stdout).toBe('0 755, 0 644\n')
})

test('nothing but the tree is left behind', () => {
  const scratch = makeScratch()
  writeTree([own('f')], { owners: 'none', sync: true }, makeDirectory(scratch, 'tree'))
  expect(readdirSync(scratch)).toEqual(['tree'])
  expect(readdirSync(join(scratch, 'tree'))).toEqual(['f'])
  writeFileSync(join(scratch, 'tree', 'f'), 'still writable')
})

test('where no program syncs the disk, each file is synced', () => {
  const scratch = makeScratch()
  giveToNobody(scratch)
  const script = `
    import { openTreeWriter } from 'src/fileset/tree-writer.ts'
    process.env.PATH = '/nowhere'
    const base = { uid: 0, gid: 0, seconds: 7, nanoseconds: 0, target: '', size: 0 }
    const writer = openTreeWriter(process.argv[1], { owners: 'none', sync: true })
    writer.entry({ ...base, path: 'closed/f', kind: 'file', mode: 0 })
    writer.endFile()
    writer.entry({ ...base, path: 'closed', kind: 'directory', mode: 0 })
    writer.entry({ ...base, path: 'l', kind: 'symlink', target: '/dev/zero' })
    writer.finish()
    console.log('done')
  `
  const { stdout, stderr } = runScript(script, [scratch], { asNobody: true })
  expect([stdout, stderr]).toEqual(['done\n', ''])
})

test('a deep tree needs few descriptors', async () => {
  // Together longer than any path that the system takes.
  const depth = 410
  const path = Array.from({ length: depth }, () => 'directory').join('/')
  const tree = writeTree([own(`${path}/f`, 'file', { content: 'deep' })], {
    owners: 'none',
  })
  const { records } = await readTree(tree)
  expect(records).toHaveLength(depth + 2)
  expect(records.at(-1)).toMatchObject({ content: 'deep' })
  const open = readdirSync('/proc/self/fd').length
  expect(open).toBeLessThan(200)
})
