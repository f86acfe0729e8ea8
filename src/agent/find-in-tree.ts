// Where paths lead in the tree of a root. Its links come from archives and from programs, so every path
// is walked step by step, with links resolved as a process inside the root would see them, and through
// directories that are held open: packing, the program may still be at work.

import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import {
  openDirectoryHandles,
  type DirectoryHandles,
} from '../fileset/directory-handles.ts'
import { fsPath, type FsPath } from '../fileset/fs-path.ts'
import { systemErrorCode } from '../system-error.ts'
import type { RawText } from '../ware/entry.ts'
import { baseName, parentPath } from '../ware/entry-path.ts'
import { rawTextOf } from '../ware/raw-text.ts'

export type Found =
  | { readonly kind: 'found'; readonly path: RawText; readonly stats: Stats }
  /** `path` is where it would lie, once its missing parents are made. */
  | { readonly kind: 'missing'; readonly path: RawText }
  /** Links that go in a circle, or more of them than Linux follows. */
  | { readonly kind: 'loop' }
  /** `..` at the root. A process inside would stay there; a link that does it is hostile or broken. */
  | { readonly kind: 'outside'; readonly link: RawText }
  /** Something that is no directory stands where the path goes on. */
  | { readonly kind: 'blocked'; readonly path: RawText }

/** As many as Linux follows. */
const maxLinks = 40

/**
 * Where a path of the tree leads, absolute or not. Beside `resolveInTree` of the filesets it tells a
 * link that leaves the tree, which a chroot would silently keep inside, and nothing is an exception.
 */
export function findInTree(tree: string, path: RawText): Found {
  const handles = openDirectoryHandles(tree)
  try {
    return findWith(handles, path)
  } finally {
    handles.close()
  }
}

/** The same in a tree that is held open. The path found is opened there the way it was found. */
export function findWith(handles: DirectoryHandles, path: RawText): Found {
  const steps = stepsOf(path).reverse()
  const at: RawText[] = []
  let links = 0
  let link: RawText = path
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step === '..') {
      if (at.pop() === undefined) return { kind: 'outside', link }
      continue
    }
    const here = [...at, step].join('/')
    const stats = lstatWith(handles, here)
    if (stats === undefined) return missing([...at, step], steps, link)
    if (stats.isSymbolicLink()) {
      if (++links > maxLinks) return { kind: 'loop' }
      const target = readLinkWith(handles, here)
      link = here
      if (target.startsWith('/')) at.length = 0
      steps.push(...stepsOf(target).reverse())
      continue
    }
    if (!stats.isDirectory() && steps.length > 0) return { kind: 'blocked', path: here }
    at.push(step)
  }
  const found = at.length === 0 ? '.' : at.join('/')
  const stats = lstatWith(handles, found)
  return stats === undefined
    ? { kind: 'missing', path: found }
    : { kind: 'found', path: found, stats }
}

/** What follows a missing directory is taken by its text; `..` there leads nowhere that exists. */
function missing(
  at: readonly RawText[],
  steps: readonly RawText[],
  link: RawText,
): Found {
  const path = [...at]
  for (const step of [...steps].reverse()) {
    if (step !== '..') path.push(step)
    else if (path.pop() === undefined) return { kind: 'outside', link }
  }
  return { kind: 'missing', path: path.length === 0 ? '.' : path.join('/') }
}

function stepsOf(path: RawText): RawText[] {
  return path.split('/').filter((step) => step !== '' && step !== '.')
}

/** `undefined` when it is missing, or what it should lie in. */
export function lstatWith(handles: DirectoryHandles, path: RawText): Stats | undefined {
  try {
    return lstatSync(placeIn(handles, path))
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function readLinkWith(handles: DirectoryHandles, path: RawText): RawText {
  return rawTextOf(readlinkSync(placeIn(handles, path), 'buffer'))
}

function placeIn(handles: DirectoryHandles, path: RawText): FsPath {
  if (path === '.') return fsPath(`${handles.open('.').prefix}.`)
  return fsPath(handles.open(parentPath(path)).prefix + baseName(path))
}
