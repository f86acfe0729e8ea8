// Directories that every program of Repeatr finds ready: cwd, home, /tmp (formulas.md §8.3).

import { chmodSync, lchownSync } from 'node:fs'
import type { RootOrder } from '../mutate/fetch-plan.ts'
import { R2k8sError, quote } from '../errors.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import type { RawText } from '../ware/entry.ts'
import { parentPath } from '../ware/entry-path.ts'
import { findInTree } from './find-in-tree.ts'
import { lstatIn, makeDirectoryIn, pathIn, type Ownership } from './root-tree.ts'

export interface CradleRequest {
  readonly tree: string
  readonly cradle: NonNullable<RootOrder['cradle']>
  readonly user: Ownership
}

export function makeCradle({ tree, cradle, user }: CradleRequest): void {
  const made = () => undefined // a program may well put them into an output
  for (const path of new Set([cradle.cwd, cradle.home])) {
    // The top itself is no directory of the volume that a container would see.
    if (path === '' || path === '/') continue
    const directory = makeWay({ tree, owner: user, made }, path)
    lchownSync(pathIn(tree, directory), user.uid, user.gid)
    addMode(tree, directory, 0o700)
    for (let at = parentPath(directory); at !== '.'; at = parentPath(at)) {
      addMode(tree, at, 0o001)
    }
  }
  const tmp = makeWay({ tree, owner: user, made }, '/tmp')
  chmodSync(pathIn(tree, tmp), 0o1777)
}

/** Where the path leads; made when it is missing. */
function makeWay(making: Parameters<typeof makeDirectoryIn>[0], path: string): RawText {
  const resolved = findInTree(making.tree, rawTextFromUtf8(path))
  const isUsable =
    resolved.kind === 'missing' ||
    (resolved.kind === 'found' && resolved.stats.isDirectory())
  if (!isUsable) {
    const why = `${quote(path)} should be a directory, and in the wares it is something else`
    throw new R2k8sError([{ code: 'job-invalid', task: 'prepare the root', why }])
  }
  makeDirectoryIn(making, resolved.path)
  return resolved.path
}

/** A change of mode changes no mtime, so nothing has to be restored. */
function addMode(tree: string, path: RawText, bits: number): void {
  const mode = (lstatIn(tree, path)?.mode ?? 0) & 0o7777
  if ((mode & bits) !== bits) chmodSync(pathIn(tree, path), mode | bits)
}
