// A repository that gives nothing: thrown where it shows, an outcome for whoever asked.

import { R2k8sError } from '../errors.ts'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly kind: 'absent' | 'unavailable'
  /** Whether another try may help. */
  readonly retry: boolean

  constructor(kind: 'absent' | 'unavailable', why: string, retry = false) {
    super(why)
    this.kind = kind
    this.retry = retry
  }
}

export function unavailable(why: string): Refusal {
  return new Refusal('unavailable', why)
}

/** As `unavailable`, but the next try may find it otherwise. */
export function interrupted(why: string): Refusal {
  return new Refusal('unavailable', why, true)
}

export function absent(why: string): Refusal {
  return new Refusal('absent', why)
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  const problem = { code: 'cancelled', task: 'fetch the commit', why: 'it was cancelled' }
  throw new R2k8sError([{ ...problem, code: 'cancelled' }], { cause: signal.reason })
}
