// A tree into a directory that cannot be replaced itself: a mount point, or where a shell stands.

import { chmodSync, chownSync, lstatSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from '../errors.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import { copyTreeNow } from './copy-tree.ts'
import { timeForUtimes, timeOfStat } from './file-time.ts'
import { isSystemError } from './fileset-problem.ts'
import { moveRaw, moveTree } from './move-tree.ts'
import { removeContents } from './remove-tree.ts'
import { openStaging } from './staging.ts'

/**
 * What was in `place` is removed first, and everything when the filling fails. Its own mode, owner
 * and times are set where that is allowed: a volume's root often belongs to somebody else.
 */
export function fillInPlace(tree: string, place: string): void {
  if (!lstatSync(tree).isDirectory() || !lstatSync(place).isDirectory()) {
    throw inoperablePath(
      `${quote(place)} cannot be replaced, and only a directory can be filled with a directory`,
    )
  }
  removeContents(place)
  try {
    fill(tree, place)
  } catch (error) {
    removeContents(place)
    throw error
  }
}

function fill(tree: string, place: string): void {
  const wanted = lstatSync(tree, { bigint: true })
  const inner = openStaging(place)
  const ready = join(inner.path, 'ready')
  try {
    try {
      moveTree(tree, ready)
    } catch (error) {
      if (!isSystemError(error, 'EXDEV')) throw error
      copyTreeNow(tree, ready)
    }
    chmodSync(ready, 0o700)
    const [from, to] = [rawTextFromUtf8(ready), rawTextFromUtf8(place)]
    for (const name of readdirSync(ready, 'latin1')) {
      moveRaw(`${from}/${name}`, `${to}/${name}`)
    }
  } finally {
    inner.discard()
  }
  whereAllowed(() => {
    const own = lstatSync(place, { bigint: true })
    if (own.uid === wanted.uid && own.gid === wanted.gid) return
    chownSync(place, Number(wanted.uid), Number(wanted.gid))
  })
  whereAllowed(() => {
    chmodSync(place, Number(wanted.mode) & 0o7777)
  })
  whereAllowed(() => {
    const time = timeForUtimes(timeOfStat(wanted.mtimeNs))
    utimesSync(place, time, time)
  })
}

function whereAllowed(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isSystemError(error, 'EPERM', 'EACCES')) throw error
  }
}
