import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import { walkTree } from '../../src/fileset/walk-tree.ts'
import type { Entry, EntrySink } from '../../src/ware/entry.ts'
import { giveToNobody, isRoot, makeScratch, readTree, runScript } from './trees.ts'

const nothing: EntrySink = {
  entry: () => undefined,
  content: () => undefined,
  endFile: () => undefined,
}
const silent = () => undefined

async function problemOfWalk(path: string, sink: Partial<EntrySink> = {}) {
  const error: unknown = await walkTree(path, { ...nothing, ...sink }, silent).catch(
    (thrown: unknown) => thrown,
  )
  return error instanceof R2k8sError ? error.problems[0] : error
}

test('siblings come in the order of archives', async () => {
  const tree = makeScratch()
  for (const name of ['a0', 'a.b', 'a-b', 'Z']) writeFileSync(join(tree, name), '')
  mkdirSync(join(tree, 'a'))
  writeFileSync(join(tree, 'a', 'x'), '')
  const raw = Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff])])
  writeFileSync(raw, '')
  writeFileSync(join(tree, '\u{1f600}'), '')
  writeFileSync(join(tree, '\uffee'), '')
  const { records } = await readTree(tree)
  expect(records.map(({ entry }) => entry.path)).toEqual([
    '.',
    'Z',
    'a-b',
    'a.b',
    'a',
    'a/x',
    'a0',
    '\xef\xbf\xae',
    '\xf0\x9f\x98\x80',
    '\xff',
  ])
})

test('a path that is not there is missing, not wrong', async () => {
  const { outcome, records } = await readTree(join(makeScratch(), 'nothing'))
  expect([outcome, records]).toEqual(['missing', []])
})

test('links are recorded, never followed', async () => {
  const scratch = makeScratch()
  mkdirSync(join(scratch, 'real'))
  writeFileSync(join(scratch, 'real', 'f'), 'x')
  symlinkSync('real', join(scratch, 'link'))
  const { records } = await readTree(join(scratch, 'link'))
  expect(records.map(({ entry }) => [entry.path, entry.kind, entry.target])).toEqual([
    ['.', 'symlink', 'real'],
  ])
})

test('files with two names are two files', async () => {
  const tree = makeScratch()
  writeFileSync(join(tree, 'a'), 'same')
  linkSync(join(tree, 'a'), join(tree, 'b'))
  const { records } = await readTree(tree)
  expect(records.slice(1).map(({ entry, content }) => [entry.kind, content])).toEqual([
    ['file', 'same'],
    ['file', 'same'],
  ])
})

test('sockets are left out, and it says so', async () => {
  const tree = makeScratch()
  const server = createServer().listen(join(tree, 's'))
  onTestFinished(() => {
    server.close()
  })
  await once(server, 'listening')
  const { records, events } = await readTree(tree)
  expect(records).toHaveLength(1)
  const message = '"s" is a socket: it is left out'
  expect(events).toEqual([{ kind: 'log', level: 'warn', message }])
})

test('what is to be skipped is not even opened', async () => {
  const tree = makeScratch()
  mkdirSync(join(tree, 'a'))
  writeFileSync(join(tree, 'a', 'f'), '')
  writeFileSync(join(tree, 'b'), '')
  const asked: string[] = []
  const { records } = await readTree(tree, {
    skip: (path, kind) => {
      asked.push(`${path} ${kind}`)
      return path === 'a'
    },
  })
  expect(records.map(({ entry }) => entry.path)).toEqual(['.', 'b'])
  expect(asked).toEqual(['a directory', 'b file'])
})

test('times are cut to whole seconds unless they are wanted', async () => {
  const tree = makeScratch()
  writeFileSync(join(tree, 'f'), '')
  utimesSync(join(tree, 'f'), 1000.75, 1000.75)
  const [, cut] = (await readTree(tree)).records
  expect(cut?.entry).toMatchObject({ seconds: 1000, nanoseconds: 0 })
  const [, whole] = (await readTree(tree, { precision: 'nanoseconds' })).records
  expect(whole?.entry).toMatchObject({ seconds: 1000, nanoseconds: 750_000_000 })
})

test.each([0, 1, 262_143, 262_144, 262_145, 600_000])(
  'a file of %d bytes comes whole, and no chunk is empty',
  async (size) => {
    const tree = makeScratch()
    writeFileSync(join(tree, 'f'), Buffer.alloc(size, 'abc'))
    const sizes: number[] = []
    let ended = 0
    await walkTree(
      tree,
      {
        entry: (entry) => {
          if (entry.kind === 'file') expect(entry.size).toBe(size)
        },
        content: (chunk) => sizes.push(chunk.length),
        endFile: () => ended++,
      },
      silent,
    )
    expect(sizes.reduce((sum, length) => sum + length, 0)).toBe(size)
    expect([sizes.includes(0), ended]).toEqual([false, 1])
  },
)

const big = 700_000

test.each([
  [
    'grows',
    'it has grown',
    (path: string) => {
      appendFileSync(path, 'more')
    },
  ],
  [
    'shrinks',
    'it has become shorter',
    (path: string) => {
      truncateSync(path, 300_000)
    },
  ],
])('a file that %s while it is read is refused', async (_, how, change) => {
  const tree = makeScratch()
  const path = join(tree, 'f')
  writeFileSync(path, Buffer.alloc(big, 1))
  let changed = false
  const content = () => {
    if (!changed) change(path)
    changed = true
  }
  expect(await problemOfWalk(tree, { content })).toMatchObject({
    code: 'pack-invalid',
    why: `"f" changed while it was read: ${how}`,
  })
})

test.each([
  ['vanishes', 'it is gone', () => undefined],
  [
    'becomes a symlink',
    'it is a symlink now',
    (path: string) => {
      symlinkSync('/etc/passwd', path)
    },
  ],
  [
    'becomes a directory',
    'it is no file any more',
    (path: string) => {
      mkdirSync(path)
    },
  ],
])('a file that %s before its turn is refused', async (_, how, change) => {
  const tree = makeScratch()
  const path = join(tree, 'b')
  writeFileSync(join(tree, 'a'), '')
  writeFileSync(path, '')
  const endFile = () => {
    rmSync(path)
    change(path)
  }
  expect(await problemOfWalk(tree, { endFile })).toMatchObject({
    code: 'pack-invalid',
    why: `"b" changed while it was read: ${how}`,
  })
})

test('a directory that becomes a symlink before its turn is refused', async () => {
  const tree = makeScratch()
  writeFileSync(join(tree, 'a'), '')
  mkdirSync(join(tree, 'd'))
  const endFile = () => {
    rmSync(join(tree, 'd'), { recursive: true })
    symlinkSync('/etc', join(tree, 'd'))
  }
  const entries: string[] = []
  const entry = ({ path }: Entry) => entries.push(path)
  expect(await problemOfWalk(tree, { endFile, entry })).toMatchObject({
    code: 'pack-invalid',
    why: '"d": a part of the path is no directory',
  })
  expect(entries).toEqual(['.', 'a'])
})

test('it waits where the sink asks for it', async () => {
  const tree = makeScratch()
  writeFileSync(join(tree, 'f'), Buffer.alloc(big))
  let waiting = 0
  let most = 0
  const pause = async () => {
    waiting++
    most = Math.max(most, waiting)
    await Promise.resolve()
    waiting--
  }
  let during = 0
  await walkTree(tree, { ...nothing, content: () => (during += waiting), pause }, silent)
  expect([during, most]).toEqual([0, 1])
})

test('what may not be read is named', () => {
  const scratch = makeScratch()
  writeFileSync(join(scratch, 'secret'), '')
  chmodSync(join(scratch, 'secret'), 0)
  giveToNobody(scratch)
  const script = `
    import { walkTree } from 'src/fileset/walk-tree.ts'
    const nothing = () => undefined
    const sink = { entry: nothing, content: nothing, endFile: nothing }
    await walkTree(process.argv[1], sink, nothing).catch((error) => {
      console.log(error.code, error.message)
    })
  `
  expect(runScript(script, [scratch], { asNobody: isRoot }).stdout).toBe(
    'pack-invalid cannot pack the files: "secret": permission denied\n',
  )
})
