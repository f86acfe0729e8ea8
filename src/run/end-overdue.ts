// The end of a run whose time is over, as long as somebody is there to see it.

import { jobs } from '../cluster/resources.ts'
import { pauseOnClock } from '../host/pause.ts'
import { endPods } from './end-run.ts'
import type { Following } from './following.ts'
import { judgeRun, type RunFailure, type RunView } from './judge.ts'
import { ageOfJob } from './lease.ts'

const shortGrace = 5

/**
 * The Job controller would end an overdue run with the grace period of its pod, which is there for packing:
 * an action that ignores its end would have all of it. So as long as somebody is here, it is ended from here.
 * @returns whether it was
 * @throws R2k8sError
 */
export async function endOverdue({
  client,
  run,
  watch,
  signal,
}: Following): Promise<boolean> {
  const { namespace, about } = run
  const { timeoutSeconds, guid } = about
  const started = await watch.until((view) => {
    if (judgeRun(view) !== undefined) return 'ended'
    return view.job?.startTime
  }, signal)
  if (started === 'ended' || about.onDisconnect === 'die') return false
  const job = { resource: jobs, namespace, name: about.name }
  const age = await ageOfJob(client, job, signal)
  if (age === undefined) return false
  const over = new AbortController()
  const ended = watch
    .until((view) => isPast(view) || undefined, signal)
    .finally(() => {
      over.abort()
    })
  ended.catch(() => undefined) // awaited below
  const either = AbortSignal.any([signal, over.signal])
  await pauseOnClock((timeoutSeconds - age) * 1000, either)
  signal.throwIfAborted()
  const isOverdue = !over.signal.aborted
  if (isOverdue) await endPods(client, { namespace, guid }, shortGrace)
  await ended
  return isOverdue
}

/** The time of a run is that of its action. */
function isPast(view: RunView): boolean {
  return view.pod?.action.kind === 'ended' || judgeRun(view) !== undefined
}

/** What was ended from here, the cluster calls deleted. */
export const overdue: RunFailure = {
  kind: 'failed',
  problem: {
    code: 'executor-problem',
    task: 'finish the run',
    why: 'its time is over',
    hints: ['give it more time with --timeout'],
  },
  wasKilled: true,
}
