// Where an unpacked ware goes: looked at before anything is fetched for it.

import { lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { quote, R2k8sError } from '../errors.ts'
import { openStaging, type Staging } from '../fileset/staging.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'

/** Placing looks again: this only saves a transfer. @throws R2k8sError inoperable-path */
export function refuseUnfit(destination: string): void {
  if (destination === dirname(destination)) {
    throw unfit(`${quote(destination)} is the root of this machine`)
  }
  if (isSymlink(destination)) {
    throw unfit(`${quote(destination)} is a symlink`, [
      'give the path that it leads to, or remove it',
    ])
  }
}

/**
 * On the file system of the destination, so that placing is a rename. Directories that are missing
 * above it are not made yet: the ware may not come.
 */
export function stageNear(destination: string): Staging {
  let directory = dirname(destination)
  while (!exists(directory)) directory = dirname(directory)
  try {
    return openStaging(directory)
  } catch (error) {
    throw explainStaging(error, directory)
  }
}

/** The private name in it says nothing to anybody. */
function explainStaging(error: unknown, directory: string): unknown {
  const refused = error instanceof R2k8sError ? error.cause : undefined
  const code = systemErrorCode(refused)
  if (!(error instanceof R2k8sError) || code === undefined) return error
  const why = explainSystemError(refused)
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return unfit(`${quote(directory)} is not writable: ${why}`, [], error)
  }
  const [{ code: kind, task }] = error.problems
  return new R2k8sError([{ code: kind, task, why: `${quote(directory)}: ${why}` }], {
    cause: error,
  })
}

function isSymlink(path: string): boolean {
  const look = () => lstatSync(path, { throwIfNoEntry: false })
  return asking(path, look)?.isSymbolicLink() === true
}

function exists(path: string): boolean {
  const look = () => statSync(path, { throwIfNoEntry: false })
  return asking(path, look) !== undefined
}

function asking<Result>(path: string, look: () => Result): Result {
  try {
    return look()
  } catch (error) {
    throw unfit(`${quote(path)}: ${explainSystemError(error)}`, [], error)
  }
}

function unfit(why: string, hints: readonly string[] = [], cause?: unknown): R2k8sError {
  const code = 'inoperable-path'
  const problem = { code, task: 'place the files', why, hints } as const
  return new R2k8sError([problem], cause === undefined ? {} : { cause })
}
