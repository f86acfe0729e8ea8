// What goes wrong with warehouses, as errors with a code.

import { R2k8sError, type ErrorCode } from '../errors.ts'

/** While a ware is read that was there: the address follows from whoever asked for it. */
export function unavailable(why: string, cause?: unknown): R2k8sError {
  return problem('warehouse-unavailable', 'fetch the ware', why, { cause })
}

/** The warehouse cannot be reached for writing. */
export function unreachable(why: string, cause?: unknown): R2k8sError {
  return problem('warehouse-unavailable', 'save the ware', why, { cause })
}

export function unwritable(
  why: string,
  more: { readonly hints?: readonly string[]; readonly cause?: unknown } = {},
): R2k8sError {
  return problem('warehouse-unwritable', 'save the ware', why, more)
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw problem('cancelled', 'go on', 'it was cancelled', { cause: signal.reason })
}

function problem(
  code: ErrorCode,
  task: string,
  why: string,
  more: { readonly hints?: readonly string[]; readonly cause?: unknown },
): R2k8sError {
  const { hints, cause } = more
  return new R2k8sError(
    [{ code, task, why, ...(hints !== undefined && { hints }) }],
    cause === undefined ? {} : { cause },
  )
}
