// Jobs side by side, some at a time; with the first failure the others are called off.

import { R2k8sError, type Problem } from '../errors.ts'

export interface Bounds {
  readonly atOnce: number
  readonly signal: AbortSignal
}

/**
 * Ends when every job has ended, so that nothing writes any more.
 * @throws the first failure; R2k8sErrors of several jobs with all their problems
 */
export async function runBounded<T>(
  jobs: readonly T[],
  { atOnce, signal }: Bounds,
  run: (job: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const failures: unknown[] = []
  const waiting = jobs.values()

  async function work(): Promise<void> {
    for (const job of waiting) {
      if (either.aborted) return
      try {
        await run(job, either)
      } catch (error) {
        // What ends because another has failed says nothing new.
        if (!failed.signal.aborted || !isCancellation(error)) failures.push(error)
        failed.abort()
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, work))
  if (failures.length > 0) throw joinFailures(failures)
  throwIfCancelled(signal)
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return
  const why = 'it was told to end'
  throw new R2k8sError([{ code: 'cancelled', task: 'go on', why }])
}

function isCancellation(error: unknown): boolean {
  return error instanceof R2k8sError && error.code === 'cancelled'
}

/** A bug outweighs the rest. */
function joinFailures(failures: readonly unknown[]): unknown {
  const [first] = failures
  const problems: Problem[] = []
  for (const failure of failures) {
    if (!(failure instanceof R2k8sError)) return failure
    problems.push(...failure.problems)
  }
  const [one, ...others] = problems
  return one === undefined ? first : new R2k8sError([one, ...others], { cause: first })
}
