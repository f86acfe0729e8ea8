// What is wrong with an installation, or soon will be; `webhook status` and `doctor` tell it alike.

import type { ErrorCode } from '../../errors.ts'

export interface Trouble {
  /** `warning`: pods are rewritten all the same, for now. */
  readonly level: 'failed' | 'warning'
  readonly code: ErrorCode
  readonly why: string
  /** What to do, as commands where there are some. */
  readonly hints: readonly string[]
}

export function failed(why: string, ...hints: readonly string[]): Trouble {
  return { level: 'failed', code: 'rejected-by-cluster', why, hints }
}

export function warning(why: string, ...hints: readonly string[]): Trouble {
  return { level: 'warning', code: 'rejected-by-cluster', why, hints }
}
