import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compareWithMounts, makeMounted } from '../../src/agent/compare-mounts.ts'
import { makeCradle } from '../../src/agent/cradle.ts'
import { findLeftovers, runtimeLeftovers } from '../../src/agent/leftovers.ts'
import type { MadeEntry } from '../../src/agent/placeholder-record.ts'
import { makePlaceholders, presentOf } from '../../src/agent/placeholders.ts'
import type { Making } from '../../src/agent/root-tree.ts'
import { writeScript } from '../../src/agent/script-files.ts'
import { R2k8sError } from '../../src/errors.ts'
import { openDirectoryHandles } from '../../src/fileset/directory-handles.ts'
import type { RootOrder } from '../../src/mutate/fetch-plan.ts'
import { rootOrder } from './plans.ts'
import { describeTree, makeTree, modeOf } from './trees.ts'

const mine = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

function makingIn(tree: string): Making & { readonly entries: MadeEntry[] } {
  const entries: MadeEntry[] = []
  return {
    tree,
    owner: mine,
    entries,
    made: (path, kind, bytes) => entries.push({ path, kind, bytes }),
  }
}

function placeholdersOf(tree: string, changes: Partial<RootOrder> = {}) {
  const making = makingIn(tree)
  const warnings: string[] = []
  makePlaceholders(making, rootOrder(changes), (message) => warnings.push(message))
  return { made: making.entries.map(({ path }) => path), warnings }
}

describe('placeholders', () => {
  test('are made for what every container is given, links inside the tree followed', () => {
    const tree = makeTree({ 'etc/hosts': 'own', 'var/run': '-> /run' })
    const { made, warnings } = placeholdersOf(tree)
    expect(describeTree(tree)).toEqual({
      'etc/hostname': '',
      'etc/hosts': 'own',
      'etc/resolv.conf': '',
      'run/secrets/kubernetes.io/serviceaccount': '/',
      'var/run': '-> /run',
    })
    expect(made).toEqual([
      ...['etc/hostname', 'etc/resolv.conf', 'run', 'run/secrets'],
      ...['run/secrets/kubernetes.io', 'run/secrets/kubernetes.io/serviceaccount'],
    ])
    expect(warnings).toEqual([])
  })

  test('are made for the mounts of the container, as what they are', () => {
    const tree = makeTree({ var: '/' })
    const { made } = placeholdersOf(tree, {
      mounts: ['var'],
      placeholders: [
        { path: '/var/lib/x', kind: 'directory' },
        { path: '/var/app.conf', kind: 'file' },
      ],
    })
    expect(made).toContain('var/lib/x')
    expect(describeTree(tree)).toMatchObject({ 'var/lib/x': '/', 'var/app.conf': '' })
  })

  test('are left to the runtime where no volume of the root is', () => {
    const tree = makeTree({ 'usr/x': 'x' })
    const { made } = placeholdersOf(tree, {
      mounts: ['usr'],
      placeholders: [
        { path: '/data', kind: 'directory' },
        { path: '/dev/shm', kind: 'directory' },
      ],
    })
    expect(made).toEqual([])
  })

  test.each([
    ['of another kind', { 'etc/hosts': '/' }],
    ['behind a file', { etc: 'a file' }],
    ['behind links in a circle', { etc: '-> etc' }],
  ])('%s cannot be made: that is told', (_, entries) => {
    expect(placeholdersOf(makeTree(entries)).warnings.join('\n')).toContain('"etc/hosts"')
  })

  test('leave the times of what they are put into', () => {
    const tree = makeTree({ 'etc/x': 'x' })
    const before = lstatSync(join(tree, 'etc')).mtimeMs
    placeholdersOf(tree)
    expect(lstatSync(join(tree, 'etc')).mtimeMs).toBeCloseTo(before, 0)
  })

  test('find room in a directory that even its owner may not write to', () => {
    const tree = makeTree({ 'etc/x': 'x' }, { etc: 0o555 })
    expect(placeholdersOf(tree).made).toContain('etc/hosts')
    expect(modeOf(join(tree, 'etc'))).toBe(0o555)
    chmodSync(join(tree, 'etc'), 0o755)
  })
})

describe('what is left out of outputs', () => {
  function leftOut(tree: string, made: readonly MadeEntry[], brought: readonly string[]) {
    const handles = openDirectoryHandles(tree)
    onTestFinished(handles.close)
    const isLeftover = findLeftovers(handles, { version: 1, made, brought })
    return (path: string) =>
      isLeftover(path, statSync(join(tree, path)).isDirectory() ? 'directory' : 'file')
  }

  test('are placeholders, with the directories that were made for them', () => {
    const tree = makeTree({ 'etc/x': 'x' })
    const making = makingIn(tree)
    makePlaceholders(making, rootOrder(), () => undefined)
    const isLeftOut = leftOut(tree, making.entries, [])
    expect(making.entries.map(({ path }) => isLeftOut(path))).not.toContain(false)
    expect(isLeftOut('etc')).toBe(false)
    expect(isLeftOut('etc/x')).toBe(false)
  })

  test('are no placeholders that the program has written to', () => {
    const tree = makeTree({})
    const making = makingIn(tree)
    makePlaceholders(making, rootOrder(), () => undefined)
    writeFileSync(join(tree, 'etc/hosts'), 'mine')
    mkdirSync(join(tree, 'var/run/mine'))
    const isLeftOut = leftOut(tree, making.entries, [])
    expect(['etc', 'etc/hosts', 'var', 'var/run'].map(isLeftOut)).not.toContain(true)
    expect(['etc/hostname', 'var/run/secrets'].map(isLeftOut)).not.toContain(false)
  })

  test('are empty targets that a runtime leaves behind', () => {
    const tree = makeTree({
      'etc/hosts': '',
      'etc/resolv.conf': 'nameserver',
      'run/secrets/kubernetes.io/serviceaccount': '/',
      dev: '/',
      proc: '/',
      'sys/x': 'x',
    })
    const isLeftOut = leftOut(tree, [], [])
    const all = [
      'etc/hosts',
      'run/secrets',
      'dev',
      'proc',
      'etc/resolv.conf',
      'sys',
      'run',
    ]
    expect(all.filter(isLeftOut)).toEqual(['etc/hosts', 'run/secrets', 'dev', 'proc'])
  })

  test('is never looked for through a link that leads out of the tree', () => {
    const elsewhere = makeTree({ 'secrets/kubernetes.io': '/' })
    const tree = makeTree({ 'var/run': `-> ${elsewhere}` })
    expect(presentOf(tree, runtimeLeftovers)).toEqual([])
  })

  test('is nothing that came with the wares', () => {
    const tree = makeTree({ 'etc/hosts': '', dev: '/' })
    const brought = presentOf(tree, runtimeLeftovers)
    const isLeftOut = leftOut(tree, [], brought)
    expect(['etc/hosts', 'dev'].filter(isLeftOut)).toEqual([])
  })
})

describe('the top level', () => {
  test('may hold what is mounted, and what the runtime mounts itself', () => {
    const tree = makeTree({ 'usr/x': 'x', 'dev/null': '', proc: '/', sys: '/' })
    expect(() => {
      compareWithMounts(tree, ['usr', 'lib'])
    }).not.toThrow()
  })

  test('gets what it mounts and no ware has, as if the program had made it', () => {
    const tree = makeTree({ 'bin/x': 'x' })
    const making = makingIn(tree)
    makeMounted(making, ['bin', 'out', 'proc'])
    expect(describeTree(tree)).toEqual({ 'bin/x': 'x', out: '/' })
    expect(statSync(join(tree, 'out')).mode & 0o7777).toBe(0o755)
    expect(making.entries).toMatchObject([{ path: 'out', kind: 'directory' }])
  })

  test('must hold nothing else: it is named, with the annotation that helps', () => {
    const tree = makeTree({ 'usr/x': 'x', linuxrc: '-> usr/x', 'data/é': 'x' })
    try {
      compareWithMounts(tree, ['usr'])
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      expect(error.code).toBe('inoperable-path')
      expect(error.message).toContain('"data", "linuxrc"')
      expect(error.problems[0].hints?.[0]).toContain(
        'r2k8s.io/extra-paths: "data linuxrc"',
      )
    }
  })
})

describe('the cradle', () => {
  test('makes what is missing, and opens what is there', () => {
    const tree = makeTree({ 'home/me': '/' }, { home: 0o700, 'home/me': 0o055 })
    makeCradle({ tree, cradle: { cwd: '/task/deep', home: '/home/me' }, user: mine })
    const modes = ['task', 'task/deep', 'home', 'home/me', 'tmp'].map((path) =>
      modeOf(join(tree, path)).toString(8),
    )
    expect(modes).toEqual(['755', '755', '701', '755', '1777'])
    expect(lstatSync(join(tree, 'task/deep')).mtimeMs).toBe(1_262_304_000_000)
  })

  test('is refused where a file stands', () => {
    const tree = makeTree({ task: 'a file' })
    expect(() => {
      makeCradle({ tree, cradle: { cwd: '/task', home: '' }, user: mine })
    }).toThrow('"/task" should be a directory')
  })
})

test('a script becomes one file per part, and one that sources them in turn', () => {
  const tree = makeTree({})
  const making = makingIn(tree)
  writeScript(making, { directory: '/.w/script', contents: ['a=1', 'echo $a'] })
  const read = (name: string) => readFileSync(join(tree, '.w/script', name), 'utf8')
  expect(read('entry-0')).toBe('a=1\n')
  expect(read('entry-1')).toBe('echo $a\n')
  expect(read('run')).toBe('. /.w/script/entry-0\n. /.w/script/entry-1\n')
  expect(making.entries.map(({ path }) => path)).toContain('.w/script/run')
})
