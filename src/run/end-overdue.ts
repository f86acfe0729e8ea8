// The end of a run whose time is over, as long as somebody is there to see it.

import { jobs } from '../cluster/resources.ts'
import { pauseOnClock } from '../host/pause.ts'
import { endPods, shortGraceSeconds } from './end-run.ts'
import type { Following } from './following.ts'
import { judgeRun, type RunFailure, type RunView } from './judge.ts'
import { ageOfJob } from './lease.ts'
import { explainPending, type Pending } from './pending.ts'

/**
 * The Job controller would end an overdue run with the grace period of its pod, which is there for packing:
 * an action that ignores its end would have all of it. So as long as somebody is here, it is ended from here.
 * @returns how it ended then
 * @throws R2k8sError
 */
export async function endOverdue({
  client,
  run,
  watch,
  signal,
}: Following): Promise<RunFailure | undefined> {
  const { namespace, about } = run
  const { timeoutSeconds, guid } = about
  const started = await watch.until((view) => {
    if (judgeRun(view) !== undefined) return 'ended'
    return view.job?.startTime
  }, signal)
  if (started === 'ended' || about.onDisconnect === 'die') return undefined
  const job = { resource: jobs, namespace, name: about.name }
  const age = await ageOfJob(client, job, signal)
  if (age === undefined) return undefined
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
  if (over.signal.aborted) {
    await ended
    return undefined
  }
  const view = watch.view()
  const hasRun = view.pod !== undefined && view.pod.action.kind !== 'waiting'
  const pending = hasRun ? undefined : await explainPending(client, namespace, view)
  await endPods(client, { namespace, guid }, shortGraceSeconds)
  await ended
  return overdue(pending)
}

/** The time of a run is that of its action. */
function isPast(view: RunView): boolean {
  return view.pod?.action.kind === 'ended' || judgeRun(view) !== undefined
}

/** @param pending why it never began */
function overdue(pending: Pending | undefined): RunFailure {
  const code = 'executor-problem' as const
  const task = 'finish the run'
  if (pending === undefined) {
    const hints = ['give it more time with --timeout']
    const why = 'its time is over'
    return { kind: 'failed', problem: { code, task, why, hints }, wasKilled: true }
  }
  const { reason, message, hint } = pending
  const why = `its time is over, and it never began: ${reason}, ${message}`
  const hints = hint === undefined ? [] : [hint]
  return { kind: 'failed', problem: { code, task, why, hints }, wasKilled: false }
}
