// What stands in the way of importing an image, as errors.

import { R2k8sError, type ErrorCode, type Problem } from '../../errors.ts'
import { explainSystemError, systemErrorCode } from '../../system-error.ts'

export const importTask = 'import the image'

export function imageProblem(
  code: ErrorCode,
  why: string,
  more: { readonly hints?: readonly string[]; readonly cause?: unknown } = {},
): R2k8sError {
  const { hints, cause } = more
  return new R2k8sError(
    [{ code, task: importTask, why, ...(hints !== undefined && { hints }) }],
    cause === undefined ? {} : { cause },
  )
}

/** Says of which part of the image an error speaks. */
export function inPart(part: string, error: unknown): unknown {
  if (!(error instanceof R2k8sError) || error.code === 'cancelled') return error
  const rename = (problem: Problem): Problem => ({
    ...problem,
    task: importTask,
    why: `${part}: ${problem.why}`,
  })
  const [first, ...others] = error.problems
  return new R2k8sError([rename(first), ...others.map(rename)], { cause: error })
}

/** Errors of the system while `what` is read or written; others pass. */
export function explained(code: ErrorCode, what: string, error: unknown): unknown {
  if (systemErrorCode(error) === undefined) return error
  return imageProblem(code, `${what}: ${explainSystemError(error)}`, { cause: error })
}
