// Record by record, the tree of `openTreeWriter`: which calls make a file, a link, a directory what
// the record says.

import { chmodSync, chownSync, mkdirSync, rmdirSync, utimesSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Entry, RawText } from '../ware/entry.ts'
import { baseName, parentPath, quoteRaw } from '../ware/entry-path.ts'
import { inferredDirectory, recipes } from '../ware/fileset-hash.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import { chooseOwner, probeNewFiles, settleOwners } from './chosen-owner.ts'
import {
  openDirectoryHandles,
  type DirectoryHandle,
  type DirectoryHandles,
} from './directory-handles.ts'
import { timeForUtimes } from './file-time.ts'
import { createFileWriter } from './file-writer.ts'
import { isSystemError } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'
import { makeLeaf } from './make-leaf.ts'
import type { TreeWriterOptions } from './tree-writer.ts'

export interface TreeBuilder {
  readonly add: (entry: Entry) => void
  readonly write: (chunk: Uint8Array) => void
  readonly endFile: () => void
  /** Modes and times of the directories, deepest first; tells which one it comes to, and waits. */
  readonly settle: () => Generator<RawText, void>
  readonly close: () => void
}

export function openTreeBuilder(
  root: string,
  handles: DirectoryHandles,
  options: TreeWriterOptions,
): TreeBuilder {
  const { inferred = inferTimeless } = options
  const usual = probeNewFiles(handles.open('.'))
  const owners = settleOwners(options.owners, usual)
  const ownerOf = chooseOwner(owners, usual)
  const file = createFileWriter(usual.granted)
  /** Those made here, parents first; `undefined` until their own record comes, if ever. */
  const directories = new Map<RawText, Entry | undefined>([['.', undefined]])
  /** Of the record before: most records lie beside that one. */
  let parent: RawText = '.'
  let handle = handles.open('.')
  /** Set when the root is no directory. */
  let aboveRoot: DirectoryHandles | undefined

  function add(entry: Entry): void {
    const { path, kind } = entry
    if (aboveRoot !== undefined) throw besideRoot(path)
    if (kind === 'directory') {
      if (!directories.has(path)) makeDirectory(path)
      directories.set(path, entry)
    } else if (path === '.') {
      addRootLeaf(entry)
    } else {
      const above = parentPath(path)
      if (above !== parent) enter(above)
      addLeaf(entry, handle, baseName(path))
    }
  }

  function addLeaf(entry: Entry, directory: DirectoryHandle, name: RawText): void {
    const owner = ownerOf(entry)
    if (entry.kind === 'file') file.begin(fsPath(directory.prefix + name), entry, owner)
    else makeLeaf(entry, { directory, name, owner, devices: owners === 'keep' })
  }

  function enter(path: RawText): void {
    if (!directories.has(path)) makeDirectory(path)
    handle = handles.open(path)
    parent = path
  }

  /** Only what was made here counts as a directory: nothing that somebody else put there. */
  function makeDirectory(path: RawText): void {
    enter(parentPath(path))
    try {
      mkdirSync(fsPath(handle.prefix + baseName(path)), 0o700)
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error
      throw inoperablePath(`${quoteRaw(path)} is a directory and something else, too`)
    }
    directories.set(path, undefined)
  }

  /** The fileset is one file, or something that is no tree at all. */
  function addRootLeaf(entry: Entry): void {
    const place = resolve(root)
    aboveRoot = openDirectoryHandles(dirname(place), options)
    // Fails when there is anything in it.
    rmdirSync(place)
    addLeaf(entry, aboveRoot.open('.'), rawTextFromUtf8(basename(place)))
  }

  function* settle(): Generator<RawText, void> {
    if (aboveRoot !== undefined) return
    for (const [path, said] of [...directories].reverse()) {
      yield path
      const entry = said ?? inferred(path)
      settleDirectory(handles.open(path), entry, ownerOf(entry))
    }
  }

  function close(): void {
    file.close()
    aboveRoot?.close()
  }

  return { add, write: file.write, endFile: file.end, settle, close }
}

/** In this order: giving something away takes its set-ID bits, and the times come last. */
function settleDirectory(
  { self }: DirectoryHandle,
  entry: Entry,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): void {
  const path = fsPath(self)
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
  chmodSync(path, entry.mode)
  const time = timeForUtimes(entry)
  utimesSync(path, time, time)
}

function inferTimeless(path: RawText): Entry {
  return inferredDirectory(path, recipes.timeless.inferredSeconds)
}

function besideRoot(path: RawText): Error {
  return inoperablePath(`${quoteRaw(path)} comes with a root that is no directory`)
}
