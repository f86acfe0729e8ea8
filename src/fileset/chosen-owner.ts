// To whom what is unpacked belongs.

import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs'
import type { Entry } from '../ware/entry.ts'
import type { Owner } from '../ware/entry-filter.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import type { DirectoryHandle } from './directory-handles.ts'
import { fsPath } from './fs-path.ts'

/** What the system makes of a new file here. */
export interface UsualFile extends Owner {
  /** The bits of 0777 that the umask, or a default ACL, leaves. */
  readonly granted: number
}

/**
 * Asks the system by an example: a set-GID directory (the fsGroup of a pod) gives its group to what
 * is made in it, and no system call tells the umask without setting it.
 */
export function probeNewFiles({ prefix }: DirectoryHandle): UsualFile {
  const path = fsPath(`${prefix}.tmp.probe.${randomUUID()}`)
  const descriptor = openSync(path, 'wx', 0o777)
  try {
    const { uid, gid, mode } = fstatSync(descriptor)
    return { uid, gid, granted: mode & 0o777 }
  } finally {
    closeSync(descriptor)
    unlinkSync(path)
  }
}

export function settleOwners(
  owners: 'keep' | 'keep-if-root' | 'none' | Owner,
  usual: Owner,
): 'keep' | 'none' | Owner {
  if (owners !== 'keep-if-root') return owners
  return usual.uid === 0 ? 'keep' : 'none'
}

/** `undefined` where nothing has to be done. */
export function chooseOwner(
  owners: 'keep' | 'none' | Owner,
  usual: Owner,
): (entry: Entry) => Owner | undefined {
  if (owners === 'none') return () => undefined
  if (owners !== 'keep') {
    const chosen = isSame(owners, usual) ? undefined : owners
    return () => chosen
  }
  return (entry) => {
    if (isSame(entry, usual)) return undefined
    // The highest number of 32 bits means "as it is" to the system.
    if (Math.max(entry.uid, entry.gid) >= 0xffffffff) {
      throw inoperablePath(
        `${quoteRaw(entry.path)} belongs to ${entry.uid}:${entry.gid}, which no file can`,
      )
    }
    return { uid: entry.uid, gid: entry.gid }
  }
}

function isSame(one: Owner, other: Owner): boolean {
  return one.uid === other.uid && one.gid === other.gid
}
