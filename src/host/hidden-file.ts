// Temporary files that nobody else sees, and that are gone with the process whatever ends it.

import { randomUUID } from 'node:crypto'
import { constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'

/**
 * Its descriptor, for reading and writing; no name leads to it any more.
 * @throws errors of the system as they are
 */
export function openHiddenFile(directory: string): number {
  const path = join(directory, `.tmp.hidden.${randomUUID()}`)
  const { O_CREAT, O_EXCL, O_RDWR } = constants
  const file = openSync(path, O_CREAT | O_EXCL | O_RDWR, 0o600)
  unlinkSync(path)
  return file
}

/** All of the bytes, however many calls that takes. @throws errors of the system as they are */
export function writeFully(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(file, bytes, at, bytes.length - at, position + at)
  }
}

/** How many bytes there were: fewer only at the end. @throws errors of the system as they are */
export function readFully(file: number, into: Uint8Array, position: number): number {
  let at = 0
  while (at < into.length) {
    const got = readSync(file, into, at, into.length - at, position + at)
    if (got === 0) break
    at += got
  }
  return at
}

/** @throws R2k8sError `local-cache-problem` for what the system refuses */
export function attemptLocally<Result>(task: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const why = explainSystemError(error)
    throw new R2k8sError([{ code: 'local-cache-problem', task, why }], { cause: error })
  }
}
