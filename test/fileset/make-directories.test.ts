import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectories } from '../../src/fileset/make-directories.ts'
import { makeScratch, problemOf, runScript } from './trees.ts'

test('makes what is missing and leaves what is there', () => {
  const scratch = makeScratch()
  mkdirSync(join(scratch, 'real'), { mode: 0o711 })
  symlinkSync('real', join(scratch, 'link'))
  makeDirectories(join(scratch, 'link', 'a', 'b'), 0o700)
  makeDirectories(join(scratch, 'link', 'a', 'b'))
  expect(lstatSync(join(scratch, 'real', 'a', 'b')).mode & 0o7777).toBe(0o700)
  expect(lstatSync(join(scratch, 'real')).mode & 0o7777).toBe(0o711)
})

test.each(['file', 'file/below'])('refuses %s where a file is', (path) => {
  const scratch = makeScratch()
  writeFileSync(join(scratch, 'file'), '')
  expect(
    problemOf(() => {
      makeDirectories(join(scratch, path))
    }),
  ).toMatchObject({
    code: 'inoperable-path',
    task: 'make the directory',
  })
})

test('comes to an end below /proc', () => {
  const script = `
    import { makeDirectories } from 'src/fileset/make-directories.ts'
    try {
      makeDirectories('/proc/nowhere/a/b')
    } catch (error) {
      console.log(error.message)
    }
  `
  const { stdout, signal } = runScript(script, [], { timeout: 10_000 })
  expect(signal).toBe(null)
  expect(stdout).toBe(
    'cannot make the directory: "/proc/nowhere/a/b": no such file or directory\n',
  )
})
