// Changes to a finished tree before it becomes the root of a container (rootfs.md §3): links at its top
// level made relative, places for mounts made where they are missing. Links in the tree are followed
// as the container will, never out of it.

import { randomUUID } from 'node:crypto'
import {
  lchownSync,
  lstatSync,
  lutimesSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { baseName, parentPath, quoteRaw } from '../ware/entry-path.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import { openDirectoryHandles, type DirectoryHandles } from './directory-handles.ts'
import { timeForUtimes, timeOfStat } from './file-time.ts'
import { withProblem } from './fileset-problem.ts'
import { fsPath, type FsPath } from './fs-path.ts'
import { changeIn, makeFile, makeMissing, type NewEntry } from './make-in-tree.ts'
import { readDirectory, type FoundKind } from './read-directory.ts'
import { resolveInTree, resolveWith } from './resolve-in-tree.ts'

export interface TopLevelEntry {
  readonly name: RawText
  readonly kind: FoundKind
  /** Of symlinks, as it stands there. */
  readonly target?: RawText
}

/** Sorted by bytes. */
export function topLevel(root: string): TopLevelEntry[] {
  return edit(root, '.', (handles) => {
    const handle = handles.open('.')
    const entries = readDirectory(handle).map(({ name, kind }): TopLevelEntry => {
      if (kind !== 'symlink') return { name, kind }
      return { name, kind, target: readlinkSync(fsPath(handle.prefix + name), 'latin1') }
    })
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  })
}

/** Whether anything is there, links followed; a dangling link is nothing. */
export function exists(root: string, path: RawText): boolean {
  return resolveInTree(root, path).kind !== undefined
}

/** @param name of a link at the top level; its owner and times stay */
export function replaceLink(root: string, name: RawText, target: RawText): void {
  edit(root, name, (handles) => {
    const handle = handles.open('.')
    const place = fsPath(handle.prefix + name)
    const before = statLink(place, name)
    const temporary = fsPath(`${handle.prefix}.tmp.link.${randomUUID()}`)
    changeIn(handle, () => {
      symlinkSync(fsPath(target), temporary)
      try {
        const made = lstatSync(temporary, { bigint: true })
        if (made.uid !== before.uid || made.gid !== before.gid) {
          lchownSync(temporary, Number(before.uid), Number(before.gid))
        }
        const time = timeForUtimes(timeOfStat(before.mtimeNs))
        lutimesSync(temporary, time, time)
        renameSync(temporary, place)
      } catch (error) {
        unlinkSync(temporary)
        throw error
      }
    })
  })
}

/** @param name of a link at the top level */
export function removeLink(root: string, name: RawText): void {
  edit(root, name, (handles) => {
    const handle = handles.open('.')
    const place = fsPath(handle.prefix + name)
    statLink(place, name)
    changeIn(handle, () => {
      unlinkSync(place)
    })
  })
}

/**
 * With the directories above it. One that is there stays as it is.
 * @returns where it is, without links
 */
export function ensureDirectory(root: string, path: RawText, wanted: NewEntry): RawText {
  return edit(root, path, (handles) => {
    const { path: place, kind } = resolveWith(handles, path)
    if (kind === undefined) makeMissing(handles, place, wanted)
    else if (kind !== 'directory') throw inoperablePath(`${quoteRaw(place)} is a ${kind}`)
    return place
  })
}

/** An empty file, with the directories above it (0755). Whatever else is there but a directory will do. */
export function ensureFile(root: string, path: RawText, wanted: NewEntry): RawText {
  return edit(root, path, (handles) => {
    const { path: place, kind } = resolveWith(handles, path)
    if (kind === 'directory') throw inoperablePath(`${quoteRaw(place)} is a directory`)
    if (kind !== undefined) return place
    makeMissing(handles, parentPath(place), { ...wanted, mode: 0o755 })
    const handle = handles.open(parentPath(place))
    changeIn(handle, () => {
      makeFile(fsPath(handle.prefix + baseName(place)), wanted)
    })
    return place
  })
}

function edit<T>(root: string, path: RawText, work: (handles: DirectoryHandles) => T): T {
  return withProblem('prepare the files', path, () => {
    const handles = openDirectoryHandles(root)
    try {
      return work(handles)
    } finally {
      handles.close()
    }
  })
}

function statLink(place: FsPath, name: RawText): BigIntStats {
  const stats = lstatSync(place, { bigint: true })
  if (stats.isSymbolicLink()) return stats
  throw inoperablePath(`${quoteRaw(name)} is no symlink`)
}
