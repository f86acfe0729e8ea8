import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { probeProgram } from '../../src/agent/probe-program.ts'
import { probeVolume } from '../../src/agent/probe-volume.ts'
import type { RootOrder } from '../../src/mutate/fetch-plan.ts'
import { rootOrder } from './plans.ts'
import { makeScratch, makeTree, type TreeText } from './trees.ts'

/** As much of an ELF file as is looked at. */
function elf(machine: number, loader?: string): string {
  const bytes = Buffer.alloc(256)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  bytes.writeUInt16LE(machine, 18)
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(loader === undefined ? 0 : 1, 56)
  if (loader !== undefined) {
    bytes.writeUInt32LE(3, 64)
    bytes.writeBigUInt64LE(128n, 72)
    bytes.writeBigUInt64LE(BigInt(loader.length + 1), 96)
    bytes.write(`${loader}\0`, 128, 'latin1')
  }
  return bytes.toString('latin1')
}

function treeWith(entries: TreeText, executable: readonly string[]): string {
  const tree = makeTree(
    entries,
    Object.fromEntries(executable.map((path) => [path, 0o755])),
  )
  for (const [path, text] of Object.entries(entries)) {
    if (text.startsWith('\x7f')) writeFileSync(join(tree, path), text, 'latin1')
  }
  return tree
}

function probe(tree: string, changes: Partial<RootOrder>): string[] {
  const told: string[] = []
  const inform = (message: string) => told.push(message)
  probeProgram({ tree, order: rootOrder(changes), architecture: 'x64', inform })
  return told
}

const amd64 = 62
const arm64 = 183

test.each<[string, TreeText, string, string[]]>([
  ['a static program', { 'bin/a': elf(amd64) }, '/bin/a', ['bin/a']],
  [
    'one behind links',
    { bin: '-> usr/bin', 'usr/bin/a': elf(amd64) },
    '/bin/a',
    ['usr/bin/a'],
  ],
  ['one for the machine’s 32 bits', { 'bin/a': elf(3) }, '/bin/a', ['bin/a']],
  [
    'a dynamic one with its loader',
    { 'bin/a': elf(amd64, '/lib64/ld.so'), lib64: '-> /usr/lib', 'usr/lib/ld.so': 'x' },
    '/bin/a',
    ['bin/a'],
  ],
  [
    'a script with its interpreter',
    { 'bin/a': '#! /bin/sh -e\n', 'bin/sh': elf(amd64) },
    '/bin/a',
    ['bin/a', 'bin/sh'],
  ],
  ['one relative to the working directory', { 'task/a': elf(amd64) }, './a', ['task/a']],
])('%s may start', (_, entries, program, executable) => {
  const cradle = { cwd: '/task', home: '' }
  expect(probe(treeWith(entries, executable), { program, cradle })).toEqual([])
})

test.each<[string, TreeText, string[], string]>([
  ['that is missing', {}, [], 'it is not in the wares'],
  ['that is a directory', { 'bin/a': '/' }, [], 'it is no file'],
  ['without its bit', { 'bin/a': elf(amd64) }, [], 'it is not executable'],
  [
    'for another machine',
    { 'bin/a': elf(arm64) },
    ['bin/a'],
    'it is built for arm64, and this node is amd64',
  ],
  [
    'without its loader',
    { 'bin/a': elf(amd64, '/lib/ld.so') },
    ['bin/a'],
    'its loader "/lib/ld.so" is not in the wares',
  ],
  [
    'without its interpreter',
    { 'bin/a': '#!/bin/python\n' },
    ['bin/a'],
    '"/bin/a", which needs "/bin/python", cannot run: it is not in the wares',
  ],
])('a program %s is reported by name', (_, entries, executable, why) => {
  const tree = treeWith(entries, executable)
  expect(() => probe(tree, { program: '/bin/a' })).toThrow(why)
})

test('a program that cannot be judged is left to the node, which is told', () => {
  const tree = makeTree({})
  expect(probe(tree, { program: 'a' })).toEqual([expect.stringContaining('PATH')])
  const placeholders = [{ path: '/opt', kind: 'directory' }] as const
  expect(probe(tree, { program: '/opt/a', placeholders })).toEqual([
    expect.stringContaining('another mount'),
  ])
  expect(probe(tree, {})).toEqual([])
})

test('a probe runs from the volume', () => {
  const directory = makeScratch()
  expect(() => {
    probeVolume({ directory, architecture: process.arch })
  }).not.toThrow()
})

test('a node that cannot run the probe is reported', () => {
  const foreign = process.arch === 'arm64' ? 'x64' : 'arm64'
  const directory = makeScratch()
  expect(() => {
    probeVolume({ directory, architecture: foreign })
  }).toThrow('this node runs no programs from the volume')
})
