// A finished tree to where the user wants it, in the place of what is there: first the new one comes
// near, then the old one goes, so that the destination is never seen half filled.

import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { quote, R2k8sError } from '../errors.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { copyTreeNow } from './copy-tree.ts'
import { fillInPlace } from './fill-in-place.ts'
import { isSystemError, refusal, withProblem } from './fileset-problem.ts'
import { makeDirectories } from './make-directories.ts'
import { moveTree } from './move-tree.ts'
import { openStaging, sweepStaging, type Staging } from './staging.ts'

/**
 * Missing directories above the destination are made. A mount point and the working directory stay
 * what they are and are filled anew.
 * @param tree taken away where it can be renamed, else copied
 * @throws R2k8sError inoperable-path for a destination that must not be replaced,
 * local-cache-problem when it cannot be
 */
export function placeTree(tree: string, destination: string): void {
  const place = resolve(destination)
  const path = rawTextFromUtf8(destination)
  makeDirectories(dirname(place))
  withProblem(placeTask, path, () => {
    const standing = lstatSync(place, { throwIfNoEntry: false })
    refuseUnfit(tree, place, standing)
    if (standing?.isDirectory() === true && isWorkingDirectory(standing)) {
      fillInPlace(tree, place)
      return
    }
    const beside = openBeside(place, standing)
    if (beside === undefined) {
      fillInPlace(tree, place)
      return
    }
    try {
      replace(tree, place, beside)
    } finally {
      beside.discard()
    }
  })
}

const placeTask = 'place the files'

function refuseUnfit(tree: string, place: string, standing: Stats | undefined): void {
  if (place === dirname(place)) {
    throw unfit(`${quote(place)} is the root of this machine`)
  }
  if (standing === undefined) return
  if (standing.isSymbolicLink()) {
    throw unfit(`${quote(place)} is a symlink`, [
      'give the path that it leads to, or remove it',
    ])
  }
  const inside = `${realpathSync(tree)}${sep}`
  if (inside.startsWith(`${realpathSync(place)}${sep}`)) {
    throw unfit(`${quote(place)} holds the cache that the files come from`)
  }
}

function unfit(why: string, hints: readonly string[] = []): Error {
  return refusal('inoperable-path', placeTask, why, hints)
}

/** Of a directory that is replaced, a shell in it would keep the old one. */
function isWorkingDirectory(standing: Stats): boolean {
  const working = statSync('.')
  return working.ino === standing.ino && working.dev === standing.dev
}

/** `undefined`: nothing can be made beside the destination, but perhaps in it, if it is a mount. */
function openBeside(place: string, standing: Stats | undefined): Staging | undefined {
  try {
    const beside = openStaging(dirname(place))
    // Of runs that were killed between the old and the new.
    sweepStaging(dirname(place))
    return beside
  } catch (error) {
    const refused = error instanceof R2k8sError ? error.cause : error
    const mayBeMount = isSystemError(refused, 'EACCES', 'EPERM', 'EROFS')
    if (standing?.isDirectory() !== true || !mayBeMount) throw error
    return undefined
  }
}

function replace(tree: string, place: string, beside: Staging): void {
  const ready = join(beside.path, 'ready')
  const old = join(beside.path, 'old')
  try {
    moveTree(tree, ready)
  } catch (error) {
    if (!isSystemError(error, 'EXDEV')) throw error
    copyTreeNow(tree, ready)
  }
  try {
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) moveTree(place, old)
  } catch (error) {
    // A mount point cannot go away.
    if (!isSystemError(error, 'EBUSY', 'EXDEV')) throw error
    fillInPlace(ready, place)
    return
  }
  try {
    moveTree(ready, place)
  } catch (error) {
    if (lstatSync(old, { throwIfNoEntry: false }) !== undefined) moveTree(old, place)
    throw error
  }
}
