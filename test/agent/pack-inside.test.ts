// The sidecar that packs holds credentials, and programs of others name what it packs: whatever they do
// to the tree, nothing from outside of it is packed.

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findWith, type Found } from '../../src/agent/find-in-tree.ts'
import { startOfOutput } from '../../src/agent/output-start.ts'
import { R2k8sError } from '../../src/errors.ts'
import {
  openDirectoryHandles,
  type DirectoryHandles,
} from '../../src/fileset/directory-handles.ts'
import type { WalkStart } from '../../src/fileset/walk-steps.ts'
import { walkTree } from '../../src/fileset/walk-tree.ts'
import { giveToNobody, isRoot, runScript } from '../fileset/trees.ts'
import { keepRecords, type FileRecord } from '../ware/records.ts'
import { makeScratch } from './trees.ts'
import { makeWare } from './wares.ts'

/** Packs `/home/out` of a volume in a process of its own; prints what the kubelet is told. */
const packInPod = `
  import { readFileSync } from 'node:fs'
  import { runAgent } from 'src/agent/run.ts'
  const root = process.argv[1]
  const never = new AbortController().signal
  const outputs = [{ name: 'out', packtype: 'tar', filters: {}, addresses: [], root, path: '/home/out' }]
  await runAgent(['pack'], {
    env: {
      R2K8S_TERMINATION_LOG: root + '/log',
      R2K8S_PACK_PLAN: JSON.stringify({ version: 1, outputs }),
    },
    cwd: '/',
    mine: { uid: process.getuid(), gid: process.getgid() },
    writeLine: () => undefined,
    terminated: AbortSignal.abort(),
    told: { begin: never, release: never, quit: never },
    now: () => 0,
    boot: '',
    architecture: process.arch,
    version: '0',
  })
  console.log(readFileSync(root + '/log', 'utf8'))
`

const users: [string, boolean][] = [
  ...(isRoot ? [['root', false] as [string, boolean]] : []),
  ['any user', true],
]

test.each(users)(
  'a name that is no UTF-8 is not taken for another one, as %s',
  (_, asNobody) => {
    const volume = makeScratch()
    const home = join(volume, 'root/home')
    const outside = join(volume, 'r2k8s')
    mkdirSync(outside)
    writeFileSync(join(outside, 'file'), 'secret')
    mkdirSync(home, { recursive: true })
    const odd = Buffer.concat([Buffer.from(`${home}/`), Buffer.from([0xff])])
    mkdirSync(odd)
    mkdirSync(Buffer.concat([odd, Buffer.from('/r2k8s')]))
    writeFileSync(Buffer.concat([odd, Buffer.from('/r2k8s/file')]), 'mine')
    symlinkSync(
      Buffer.concat([Buffer.from([0xff]), Buffer.from('/r2k8s')]),
      `${home}/out`,
    )
    symlinkSync(volume, `${home}/\ufffd`)
    giveToNobody(volume)
    const flattened = { uid: 1000, gid: 1000, seconds: 1_262_304_000 }
    const inside = makeWare({
      '.': flattened,
      file: { ...flattened, content: 'mine' },
    })
    const { stdout, stderr } = runScript(packInPod, [volume], { asNobody })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ results: { out: inside.id } })
  },
)

/** A tree with the output `home/out`, and the same names outside of it. */
function makeTwin(): { tree: string; outside: string } {
  const scratch = makeScratch()
  const [tree, outside] = [join(scratch, 'tree'), join(scratch, 'outside')]
  for (const [at, content] of [
    [join(tree, 'home'), 'mine'],
    [outside, 'secret'],
  ] as const) {
    mkdirSync(join(at, 'out/deep'), { recursive: true })
    writeFileSync(join(at, 'out/deep/file'), content)
    writeFileSync(join(at, 'lone'), content)
  }
  return { tree, outside }
}

function openHandles(tree: string): DirectoryHandles {
  const handles = openDirectoryHandles(tree)
  onTestFinished(handles.close)
  return handles
}

function swap(path: string, target: string): void {
  renameSync(path, `${path}-away`)
  symlinkSync(target, path)
}

type Place = Extract<Found, { kind: 'found' }>

function find(handles: DirectoryHandles, path: string): Place {
  const found = findWith(handles, path)
  if (found.kind !== 'found') throw new Error(`${path}: ${found.kind}`)
  return found
}

async function contentsOf(
  start: WalkStart,
  onEntry: (path: string) => void = () => undefined,
): Promise<string[]> {
  const { sink, records } = keepRecords()
  const spy = {
    ...sink,
    entry: (entry: FileRecord['entry']) => {
      onEntry(entry.path)
      sink.entry(entry)
    },
  }
  await walkTree(start, spy, () => undefined)
  return records.flatMap(({ entry, content }) => (entry.kind === 'file' ? [content] : []))
}

test('a parent that becomes a link after the output was found is no way out', () => {
  const { tree, outside } = makeTwin()
  const found = find(openHandles(tree), '/home/out')
  const handles = openHandles(tree)
  swap(join(tree, 'home'), outside)
  expect(() => startOfOutput(handles, found)).toThrow('ENOTDIR')
})

test.each(['/home/out', '/home/lone'])(
  '%s is packed from where it was, whatever its path leads to when the walk begins',
  async (path) => {
    const { tree, outside } = makeTwin()
    const handles = openHandles(tree)
    const start = startOfOutput(handles, find(handles, path))
    swap(join(tree, 'home'), outside)
    expect(await contentsOf(start)).toEqual(['mine'])
  },
)

test('an output that becomes a link itself is packed as it was', async () => {
  const { tree, outside } = makeTwin()
  const handles = openHandles(tree)
  const start = startOfOutput(handles, find(handles, '/home/out'))
  swap(join(tree, 'home/out'), join(outside, 'out'))
  expect(await contentsOf(start)).toEqual(['mine'])
})

test('a lone file that becomes a link is packed as that link', async () => {
  const { tree, outside } = makeTwin()
  const handles = openHandles(tree)
  const start = startOfOutput(handles, find(handles, '/home/lone'))
  swap(join(tree, 'home/lone'), join(outside, 'lone'))
  expect(await contentsOf(start)).toEqual([])
})

test('a directory that becomes a link while the walk is on its way is refused', async () => {
  const { tree, outside } = makeTwin()
  const handles = openHandles(tree)
  writeFileSync(join(tree, 'home/out/a'), '')
  const start = startOfOutput(handles, find(handles, '/home/out'))
  const attack = contentsOf(start, (path) => {
    if (path === 'a') swap(join(tree, 'home/out/deep'), join(outside, 'out/deep'))
  })
  await expect(attack).rejects.toThrow(R2k8sError)
  await expect(attack).rejects.toMatchObject({ code: 'pack-invalid' })
})

test('links are followed inside the tree that was opened, not in one that took its place', () => {
  const { tree, outside } = makeTwin()
  const handles = openHandles(tree)
  symlinkSync('home', join(tree, 'link'))
  swap(tree, outside)
  expect(find(handles, '/link/out/deep').path).toBe('home/out/deep')
})
