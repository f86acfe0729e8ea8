// Stops what is under way when the user has had enough.

import { R2k8sError } from '../errors.ts'

export function throwIfCancelled(signal: AbortSignal | undefined, task: string): void {
  if (signal?.aborted !== true) return
  throw new R2k8sError([{ code: 'cancelled', task, why: 'it was interrupted' }])
}
