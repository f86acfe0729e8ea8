// Reading and completing the tree of a root while it is still private. Its links come from archives:
// paths are free of them once `findInTree` has said where they lead.

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
