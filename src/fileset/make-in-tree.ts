// New directories and files in a finished tree.

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import {
  statDirectory,
  type DirectoryHandle,
  type DirectoryHandles,
} from './directory-handles.ts'
import { isSystemError } from './fileset-problem.ts'
import { childPath, fsPath, type FsPath } from './fs-path.ts'

export interface NewEntry {
  /** Exact, whatever the umask is. */
  readonly mode: number
  /** Whoever runs this, unless said otherwise. */
  readonly uid?: number
  readonly gid?: number
}

/** @param path without links; directories of it that are there stay as they are */
export function makeMissing(
  handles: DirectoryHandles,
  path: RawText,
  wanted: NewEntry,
): void {
  let above: RawText = '.'
  for (const name of path === '.' ? [] : path.split('/')) {
    const handle = handles.open(above)
    const path = childPath(above, name)
    above = path
    changeIn(handle, () => {
      makeOne(handles, path, fsPath(handle.prefix + name), wanted)
    })
  }
}

function makeOne(
  handles: DirectoryHandles,
  path: RawText,
  place: FsPath,
  wanted: NewEntry,
): void {
  try {
    mkdirSync(place, 0o700)
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return
    throw error
  }
  const made = fsPath(handles.open(path).self)
  // In this order: giving it away takes set-ID bits.
  if (wanted.uid !== undefined || wanted.gid !== undefined) {
    chownSync(made, wanted.uid ?? unchanged, wanted.gid ?? unchanged)
  }
  chmodSync(made, wanted.mode)
}

/** The system's word for "as it is". */
const unchanged = 0xffffffff

export function makeFile(place: FsPath, wanted: NewEntry): void {
  const descriptor = openSync(place, newFile, 0o600)
  try {
    if (wanted.uid !== undefined || wanted.gid !== undefined) {
      fchownSync(descriptor, wanted.uid ?? unchanged, wanted.gid ?? unchanged)
    }
    fchmodSync(descriptor, wanted.mode)
  } finally {
    closeSync(descriptor)
  }
}

const newFile =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Wares hold directories that even their owner may not write to; whoever owns them may change that. */
export function changeIn(handle: DirectoryHandle, change: () => void): void {
  try {
    change()
    return
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error
  }
  const mode = Number(statDirectory(handle).mode) & 0o7777
  const self = fsPath(handle.self)
  chmodSync(self, mode | 0o300)
  try {
    change()
  } finally {
    chmodSync(self, mode)
  }
}
