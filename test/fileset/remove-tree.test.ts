import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeContents, removeTree } from '../../src/fileset/remove-tree.ts'
import { makeScratch, writeTree } from './trees.ts'
import { record } from '../ware/records.ts'

test.each(['/proc/self/fd', '/nowhere'])(
  'removes the tree and nothing behind its links (%s)',
  (descriptors) => {
    const scratch = makeScratch()
    mkdirSync(join(scratch, 'outside'))
    writeFileSync(join(scratch, 'outside', 'kept'), '')
    mkdirSync(join(scratch, 'tree', 'a'), { recursive: true })
    symlinkSync('../../outside', join(scratch, 'tree', 'a', 'l'))
    symlinkSync('outside', join(scratch, 'link'))
    removeTree(join(scratch, 'tree'), { descriptors })
    removeTree(join(scratch, 'link'), { descriptors })
    removeTree(join(scratch, 'never-there'), { descriptors })
    expect(readdirSync(scratch)).toEqual(['outside'])
    expect(readdirSync(join(scratch, 'outside'))).toEqual(['kept'])
  },
)

test('names of any bytes are removed', () => {
  const tree = writeTree(
    [record('\xff\xfe/\x80'), record('\xff\xfe/\xc3\xa9', 'directory')],
    { owners: 'none' },
  )
  removeTree(tree)
  expect(existsSync(tree)).toBe(false)
})

test('contents go, the directory stays', () => {
  const scratch = makeScratch()
  writeFileSync(join(scratch, 'f'), '')
  removeContents(scratch)
  expect(readdirSync(scratch)).toEqual([])
})

const swapping = `
  import { renameSync } from 'node:fs'
  const [, scratch] = process.argv
  process.stdout.write('ready')
  for (;;) {
    try {
      renameSync(scratch + '/tree/d', scratch + '/spare')
      renameSync(scratch + '/link', scratch + '/tree/d')
      renameSync(scratch + '/tree/d', scratch + '/link')
      renameSync(scratch + '/spare', scratch + '/tree/d')
    } catch {
      break
    }
  }
`

test('a directory that somebody swaps for a symlink all the time costs nothing outside', async () => {
  const scratch = makeScratch()
  const outside = join(scratch, 'outside')
  mkdirSync(outside)
  for (let i = 0; i < 50; i++) writeFileSync(join(outside, `kept${i}`), '')
  symlinkSync(outside, join(scratch, 'link'))
  const fill = (i: number) => {
    mkdirSync(join(scratch, 'tree', 'd'), { recursive: true })
    for (let j = 0; j < 50; j++)
      writeFileSync(join(scratch, 'tree', 'd', `f${i}-${j}`), '')
  }
  fill(0)
  const args = ['--input-type=module', '-e', swapping, '--', scratch]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await once(child.stdout, 'data')
  try {
    removeTree(join(scratch, 'tree'))
  } catch {
    // The swapping may well make it fail.
  }
  expect(readdirSync(outside)).toHaveLength(50)
})
