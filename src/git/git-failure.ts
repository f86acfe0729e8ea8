// What keeps a repository from giving a commit: no fault of the bytes, so another one may be asked.

import { HttpFailure } from '../http-exchange.ts'

/** Thrown inside this room; `fetchCommit` makes a value of it. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly kind: 'absent' | 'unavailable'

  constructor(kind: 'absent' | 'unavailable', why: string, options?: ErrorOptions) {
    super(why, options)
    this.kind = kind
  }
}

export function unavailable(why: string, cause?: unknown): GitFailure {
  return new GitFailure('unavailable', why, cause === undefined ? {} : { cause })
}

/** Undefined for what is no fault of the repository: bugs, corrupt bytes, full disks. */
export function asGitFailure(error: unknown): GitFailure | undefined {
  if (error instanceof GitFailure) return error
  return error instanceof HttpFailure ? unavailable(error.message, error) : undefined
}
