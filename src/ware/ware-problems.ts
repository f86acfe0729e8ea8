// What can be wrong with a ware, as errors. Readers throw them as soon as they know; whoever asked
// for the ware puts its name and the warehouse in front (`Problem.task`).

import { R2k8sError, type ErrorCode } from '../errors.ts'

const task = 'read the ware'

/** Bytes that are no archive, or one that ends early, or that says something impossible. */
export function corruptWare(
  why: string,
  hints: readonly string[] = [],
  cause?: unknown,
): R2k8sError {
  return wareProblem('ware-corrupt', why, hints, cause)
}

/** A sound archive with something in it that cannot be unpacked: a hardlink, a clash of paths. */
export function inoperablePath(why: string, hints: readonly string[] = []): R2k8sError {
  return wareProblem('inoperable-path', why, hints)
}

/** A filter set to `reject` has met what it rejects. */
export function filterRejection(why: string, hints: readonly string[] = []): R2k8sError {
  return wareProblem('filter-rejection', why, hints)
}

function wareProblem(
  code: ErrorCode,
  why: string,
  hints: readonly string[],
  cause?: unknown,
): R2k8sError {
  return new R2k8sError(
    [{ code, task, why, ...(hints.length > 0 && { hints }) }],
    cause === undefined ? {} : { cause },
  )
}
