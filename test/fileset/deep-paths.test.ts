// Archives of a few kilobytes that name thousands of directories, and whoever has had enough of them.

import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openTreeWriter, type TreeWriterOptions } from '../../src/fileset/tree-writer.ts'
import { inferredDirectory } from '../../src/ware/fileset-hash.ts'
import { record } from '../ware/records.ts'
import { makeDirectory, makeScratch, problemOf, readTree, writeTree } from './trees.ts'

const bare = { owners: 'none' } as const

function openWriter(root: string, options: Partial<TreeWriterOptions> = {}) {
  const writer = openTreeWriter(root, { ...bare, ...options })
  onTestFinished(writer.close)
  return writer
}

/** `a/a/a`, that many levels. */
function levels(name: string, count: number): string {
  return Array.from({ length: count }, () => name).join('/')
}

test('records that alternate between two deep directories take no time for each level', async () => {
  const files = Array.from({ length: 2000 }, (_, i) =>
    record(`${levels(i % 2 === 0 ? 'a' : 'b', 1900)}/f${i}`),
  )
  const tree = writeTree(files, bare)
  const { records } = await readTree(tree)
  expect(records.filter(({ entry }) => entry.kind === 'file')).toHaveLength(2000)
  expect(records).toHaveLength(1 + 2 * 1900 + 2000)
})

test.each([
  ['than a page', 3950],
  ['than the system takes at once', 9000],
])('paths that are longer %s are found again', async (_, bytes) => {
  const names = ['a', 'b'].map((name) => levels(name.repeat(50), Math.floor(bytes / 51)))
  const paths = [0, 1, 2].flatMap((i) => names.map((name) => `${name}/f${i}`))
  const options = { ...bare, capacity: 2 }
  const tree = writeTree(
    paths.map((path) => record(path)),
    options,
  )
  const { records } = await readTree(tree)
  const files = records.filter(({ entry }) => entry.kind === 'file')
  expect(files.map(({ entry }) => entry.path)).toEqual(paths.sort())
})

test.each([
  ['', levels('d', 40)],
  ['the first level of ', 'd'],
  ['a level amid ', levels('d', 20)],
])('%sa deep directory that becomes a link leads nowhere', (_, swapped) => {
  const scratch = makeScratch()
  const root = makeDirectory(scratch, 'tree')
  const outside = join(scratch, 'outside')
  const target = join(outside, levels('d', 40))
  mkdirSync(target, { recursive: true })
  const writer = openWriter(root, { capacity: 2 })
  for (const path of [`${levels('d', 40)}/f`, 'x/y/z/f']) {
    writer.entry(record(path).entry)
    writer.endFile()
  }
  renameSync(join(root, swapped), join(root, 'away'))
  symlinkSync(join(outside, swapped), join(root, swapped))
  const attack = () => {
    writer.entry(record(`${levels('d', 40)}/g`).entry)
  }
  expect(problemOf(attack).code).toBe('inoperable-path')
  expect(readdirSync(target)).toEqual([])
})

/** Longer than the writer goes on without giving others their turn. */
function spendTime(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
}

test('a writer pauses when time has passed, and not before', async () => {
  const writer = openWriter(makeScratch())
  expect(writer.pause()).toBeUndefined()
  spendTime()
  let othersRan = false
  setImmediate(() => {
    othersRan = true
  })
  await writer.pause()
  expect(othersRan).toBe(true)
})

test('others run while the times of directories are set', async () => {
  let othersRan = false
  const seen: boolean[] = []
  const inferred = (path: string) => {
    spendTime()
    seen.push(othersRan)
    return inferredDirectory(path, 7)
  }
  const writer = openWriter(makeScratch(), { inferred })
  writer.entry(record('a/b/f').entry)
  writer.endFile()
  setImmediate(() => {
    othersRan = true
  })
  await writer.finishInTurns()
  expect(seen.at(-1)).toBe(true)
})

test('a writer that is called off takes no more, and does not go on with directories', async () => {
  const controller = new AbortController()
  const settled: string[] = []
  const inferred = (path: string) => {
    settled.push(path)
    controller.abort()
    return inferredDirectory(path, 7)
  }
  const writer = openWriter(makeScratch(), { inferred, signal: controller.signal })
  writer.entry(record('a/b/f').entry)
  writer.endFile()
  await expect(writer.finishInTurns()).rejects.toMatchObject({ code: 'cancelled' })
  expect(settled).toEqual(['a/b'])
  expect(problemOf(writer.pause).code).toBe('cancelled')
  const goOn = () => {
    writer.entry(record('g').entry)
  }
  expect(problemOf(goOn).code).toBe('cancelled')
})
