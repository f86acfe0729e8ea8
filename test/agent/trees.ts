// Trees on disk for the tests: written from a short description, and described again.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** By path: the content of a file, `-> target` of a link, `/` for a directory. */
export type TreeText = Readonly<Record<string, string>>

export function makeScratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'r2k8s-agent-'))
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

export function makeTree(entries: TreeText, modes: Record<string, number> = {}): string {
  const tree = join(makeScratch(), 'tree')
  mkdirSync(tree)
  for (const [path, text] of Object.entries(entries)) {
    const at = join(tree, path)
    mkdirSync(dirname(at), { recursive: true })
    if (text === '/') mkdirSync(at, { recursive: true })
    else if (text.startsWith('-> ')) symlinkSync(text.slice(3), at)
    else writeFileSync(at, text)
  }
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(tree, path), mode)
  return tree
}

/** The same form; directories only where they are empty. */
export function describeTree(tree: string): TreeText {
  const entries: Record<string, string> = {}
  describe(tree, '', entries)
  return entries
}

function describe(tree: string, path: string, entries: Record<string, string>): void {
  const at = join(tree, path)
  const stats = lstatSync(at)
  if (stats.isSymbolicLink()) entries[path] = `-> ${readlinkSync(at)}`
  else if (stats.isFile()) entries[path] = readFileSync(at, 'latin1')
  else if (stats.isDirectory()) {
    const names = readdirSync(at).sort()
    if (names.length === 0) entries[path] = '/'
    for (const name of names)
      describe(tree, path === '' ? name : `${path}/${name}`, entries)
  } else entries[path] = 'special'
}

export function modeOf(path: string): number {
  return lstatSync(path).mode & 0o7777
}
