// Reading and completing the tree of a root while it is still private. Its links come from archives, so
// every path is walked step by step, with links resolved as a process inside the root would see them.

import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  utimesSync,
  writeSync,
  type Stats,
} from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { parentPath } from '../ware/entry-path.ts'
import { rawTextOf } from '../ware/raw-text.ts'

/** Of nodes that are made: 2010-01-01, as in wares (wares.md §3). */
const madeAt = 1_262_304_000

export interface Ownership {
  readonly uid: number
  readonly gid: number
}

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
    const stats = lstatIn(tree, here)
    if (stats === undefined) return missing([...at, step], steps, link)
    if (stats.isSymbolicLink()) {
      if (++links > maxLinks) return { kind: 'loop' }
      const target = readLinkIn(tree, here)
      link = here
      if (target.startsWith('/')) at.length = 0
      steps.push(...stepsOf(target).reverse())
      continue
    }
    if (!stats.isDirectory() && steps.length > 0) return { kind: 'blocked', path: here }
    at.push(step)
  }
  const found = at.length === 0 ? '.' : at.join('/')
  const stats = lstatIn(tree, found)
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

/** A path in the tree for system calls, its bytes as they are. */
export function pathIn(tree: string, path: RawText): Buffer {
  return Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(path, 'latin1')])
}

export function lstatIn(tree: string, path: RawText): Stats | undefined {
  return lstatSync(pathIn(tree, path), { throwIfNoEntry: false })
}

export function readLinkIn(tree: string, path: RawText): RawText {
  return rawTextOf(readlinkSync(pathIn(tree, path), 'buffer'))
}

/** Names directly in a directory, sorted by their bytes. */
export function listIn(tree: string, path: RawText): RawText[] {
  return readdirSync(pathIn(tree, path), 'buffer').map(rawTextOf).sort()
}

/** What is new is told to `made`, parents first. Nothing of `path` is a link: see `findInTree`. */
export interface Making {
  readonly tree: string
  readonly owner: Ownership
  readonly made: (path: RawText, kind: 'directory' | 'file', bytes: number) => void
}

export function makeDirectoryIn(making: Making, path: RawText): void {
  const { tree, owner, made } = making
  if (path === '.' || lstatIn(tree, path)?.isDirectory() === true) return
  makeDirectoryIn(making, parentPath(path))
  keepingTimes(tree, parentPath(path), () => {
    const at = pathIn(tree, path)
    mkdirSync(at, 0o755)
    lchownSync(at, owner.uid, owner.gid)
    chmodSync(at, 0o755)
    utimesSync(at, madeAt, madeAt)
  })
  made(path, 'directory', 0)
}

export function makeFileIn(
  making: Making,
  path: RawText,
  { content, mode }: { readonly content: string; readonly mode: number },
): void {
  const { tree, owner, made } = making
  makeDirectoryIn(making, parentPath(path))
  const bytes = Buffer.from(content)
  keepingTimes(tree, parentPath(path), () => {
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants
    const file = openSync(
      pathIn(tree, path),
      O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW,
      0o600,
    )
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      fchownSync(file, owner.uid, owner.gid)
      fchmodSync(file, mode)
      futimesSync(file, madeAt, madeAt)
    } finally {
      closeSync(file)
    }
  })
  made(path, 'file', bytes.length)
}

/** The parent looks as the ware has it, although something in it was changed. */
export function keepingTimes(tree: string, directory: RawText, act: () => void): void {
  const at = pathIn(tree, directory)
  const { atimeMs, mtimeMs, mode } = lstatSync(at)
  // A directory without the owner's write bit takes nothing from anyone but root.
  const open = mode | 0o700
  if (open !== mode) chmodSync(at, open & 0o7777)
  act()
  if (open !== mode) chmodSync(at, mode & 0o7777)
  utimesSync(at, atimeMs / 1000, mtimeMs / 1000)
}
