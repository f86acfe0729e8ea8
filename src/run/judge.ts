// Whether a run is over, and how it ended: from what its Job and its pod say, and nothing else.

import type { Problem } from '../errors.ts'
import type { JobState } from './job-state.ts'
import { readLastWord } from './last-word.ts'
import {
  isFinished,
  type ContainerState,
  type EndedContainer,
  type PodState,
} from './pod-state.ts'

export interface RunView {
  /** Undefined when it is not there, or not there any more. */
  readonly job: JobState | undefined
  readonly pod: PodState | undefined
}

export type RunEnd = ActionEnd | RunFailure

/** The action has run to its end. */
export interface ActionEnd {
  readonly kind: 'action-ended'
  readonly exitCode: number
  readonly node: string | undefined
  /** It was killed for taking more memory than its limit. */
  readonly isOutOfMemory: boolean
  /** Ware IDs by name of the output, as far as they could be packed; undefined: they stand in the log. */
  readonly results: ReadonlyMap<string, string> | undefined
  /** Why outputs are missing. */
  readonly problem: Problem | undefined
}

/** There is no exit code to tell. */
export interface RunFailure {
  readonly kind: 'failed'
  readonly problem: Problem
  /** The cluster has ended the action, as for lack of memory on its node: exit code 137 of `passthrough`. */
  readonly wasKilled: boolean
}

/** @returns undefined as long as the run goes on */
export function judgeRun({ job, pod }: RunView): RunEnd | undefined {
  if (pod === undefined) return judgeWithoutPod(job)
  const { fetch, action, pack } = pod
  if (fetch.kind === 'ended' && fetch.exitCode !== 0) {
    const { problem } = readLastWord(fetch, 'fetch the wares')
    if (problem === undefined) return undefined
    return (saysLittle(problem) ? endedPod(pod, job) : undefined) ?? failed(problem)
  }
  if (action.kind === 'ended') {
    if (isStartError(action)) return failed(cannotStart(action))
    if (wasEndedByOthers(pod, action)) return endedPod(pod, job) ?? failed(lost(pod))
    if (pack.kind !== 'ended' && !isFinished(pod)) return undefined
    const end = packed(pod, action, pack)
    const { problem } = end
    if (problem === undefined || !saysLittle(problem)) return end
    const { why } = endedPod(pod, job)?.problem ?? problem
    return { ...end, problem: { ...problem, why } }
  }
  return isFinished(pod) ? (endedPod(pod, job) ?? failed(lost(pod))) : undefined
}

function judgeWithoutPod(job: JobState | undefined): RunFailure | undefined {
  if (job === undefined) return failed(gone('its Job was deleted'))
  if (job.failure !== undefined) return failed(jobFailure(job.failure))
  return job.isComplete
    ? failed(gone('its pod is gone, and its results with it'))
    : undefined
}

/** Then its exit code says nothing. It may also have ended before the others came. */
function wasEndedByOthers(pod: PodState, action: EndedContainer): boolean {
  const { reason, deletedAt, isDeletedForGood, disruption } = pod
  const { exitCode, finishedAt } = action
  if (action.reason === unknown) return true
  const moments = [deletedAt, disruption?.at].filter((at) => at !== undefined)
  if (finishedAt !== undefined && moments.some((at) => finishedAt >= at)) return true
  const isMomentKnown = moments.length > 0 && !isDeletedForGood
  const hasReason = reason !== undefined && reason !== ''
  if (isMomentKnown || !(hasReason || deletedAt !== undefined)) return false
  return killed.includes(exitCode) && action.reason !== outOfMemory
}

/** What the kubelet says of a container that it has lost. */
const unknown = 'ContainerStatusUnknown'
const outOfMemory = 'OOMKilled'

/** By SIGKILL or SIGTERM. */
const killed: readonly number[] = [137, 143]

/** A container of ours does not know who has ended it. */
function saysLittle({ code }: Problem): boolean {
  return code === 'cancelled' || code === 'executor-problem'
}

/** Somebody or something else than the action. */
function endedPod(pod: PodState, job: JobState | undefined): RunFailure | undefined {
  const { reason, message = '', disruption, deletedAt, action } = pod
  const wasKilled = action.kind !== 'waiting'
  const ended = (why: string) => failed(gone(why), wasKilled)
  if (job?.failure?.reason === deadline) return failed(jobFailure(job.failure), wasKilled)
  if (reason !== undefined && reason !== '') {
    const words = message.trim().replace(/\.$/, '')
    return ended(`its pod was ended: ${reason}${words === '' ? '' : `, ${words}`}`)
  }
  if (disruption !== undefined) return ended(`its pod was ended: ${disruption.why}`)
  return deletedAt === undefined ? undefined : ended('its pod was deleted')
}

const deadline = 'DeadlineExceeded'

function packed(pod: PodState, action: EndedContainer, pack: ContainerState): ActionEnd {
  const about = {
    kind: 'action-ended' as const,
    exitCode: action.exitCode,
    node: pod.node,
    isOutOfMemory: action.reason === outOfMemory,
  }
  if (pack.kind !== 'ended') {
    const why = 'the packer has left no word'
    return { ...about, results: new Map(), problem: packingFailed(why) }
  }
  const { results, areInLog, problem } = readLastWord(pack, 'pack the outputs')
  if (results === undefined && !areInLog && problem === undefined) {
    const why = 'its last word cannot be read'
    return { ...about, results: new Map(), problem: packingFailed(why) }
  }
  return { ...about, results: areInLog ? undefined : (results ?? new Map()), problem }
}

function packingFailed(why: string): Problem {
  return { code: 'executor-problem', task: 'pack the outputs', why }
}

/** The runtime never started it. */
function isStartError({ reason }: EndedContainer): boolean {
  return reason === 'StartError' || reason === 'ContainerCannotRun'
}

function cannotStart({ message }: EndedContainer): Problem {
  const why = message.trim() === '' ? 'the runtime gives no reason' : message.trim()
  return { code: 'job-invalid', task: 'start the action', why }
}

function jobFailure({ reason, message }: { reason: string; message: string }): Problem {
  if (reason === deadline) {
    const hints = ['give it more time with --timeout']
    const why = 'its time is over'
    return { code: 'executor-problem', task: 'finish the run', why, hints }
  }
  return gone(`its Job has failed: ${reason}, ${message}`)
}

function gone(why: string): Problem {
  return { code: 'executor-problem', task: 'finish the run', why }
}

function lost({ phase, isGone }: PodState): Problem {
  if (isGone) return gone('its pod is gone')
  return gone(`its pod is ${phase}, and says nothing of its containers`)
}

function failed(problem: Problem, wasKilled = false): RunFailure {
  return { kind: 'failed', problem, wasKilled }
}
