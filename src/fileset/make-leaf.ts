// What is neither file nor directory: symlinks, fifos, devices.

import { chmodSync, lchownSync, lutimesSync, symlinkSync } from 'node:fs'
import type { Entry, RawText } from '../ware/entry.ts'
import type { Owner } from '../ware/entry-filter.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import type { DirectoryHandle } from './directory-handles.ts'
import { timeForUtimes } from './file-time.ts'
import { fsPath } from './fs-path.ts'
import { makeSpecialFile } from './special-file.ts'

export interface LeafPlace {
  readonly directory: DirectoryHandle
  readonly name: RawText
  readonly owner: Owner | undefined
  /** Whether devices are made at all. */
  readonly devices: boolean
}

export function makeLeaf(entry: Entry, place: LeafPlace): void {
  const { directory, name, owner } = place
  const path = fsPath(directory.prefix + name)
  if (entry.kind === 'symlink') {
    if (entry.target === '') {
      throw inoperablePath(`the symlink ${quoteRaw(entry.path)} has no target`)
    }
    symlinkSync(fsPath(entry.target), path)
  } else {
    if (entry.kind !== 'fifo' && !place.devices) {
      throw inoperablePath(`${quoteRaw(entry.path)} is a device`, [
        'devices are made only by root and with the owners of the ware',
      ])
    }
    makeSpecialFile(directory, name, entry)
  }
  if (owner !== undefined) lchownSync(path, owner.uid, owner.gid)
  // A symlink has no mode of its own, and following it is out of the question.
  if (entry.kind !== 'symlink') chmodSync(path, entry.mode)
  const time = timeForUtimes(entry)
  lutimesSync(path, time, time)
}
