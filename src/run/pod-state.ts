// What the pod of a run says of itself, as far as the run goes: one object of the API → one value.

import { isObject, member, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { containers } from './run-order.ts'

export interface PodState {
  readonly name: string
  readonly uid: string
  readonly node: string | undefined
  readonly phase: string
  /** Of the whole pod, as `Evicted`, `NodeLost` or `DeadlineExceeded`. */
  readonly reason: string | undefined
  readonly message: string | undefined
  /** When it was told to end, in unix seconds; undefined while nobody has deleted it. */
  readonly deletedAt: number | undefined
  /** The kubelet has deleted it at last, and that is the moment above: the first one is lost. */
  readonly isDeletedForGood: boolean
  /** It is not in the cluster any more: this is what was seen of it last. */
  readonly isGone: boolean
  /** Why the cluster has ended it, drained, preempted or without its node, and when in unix seconds. */
  readonly disruption: Condition | undefined
  /** Why no node takes it: `Unschedulable`, or held back as `SchedulingGated`. */
  readonly unscheduled: Condition | undefined
  readonly fetch: ContainerState
  readonly action: ContainerState
  readonly pack: ContainerState
}

export interface Condition {
  /** One word. */
  readonly reason: string
  /** In the cluster's words. */
  readonly why: string
  /** Unix seconds. */
  readonly at: number | undefined
}

export type ContainerState =
  WaitingContainer | { readonly kind: 'running' } | EndedContainer

export interface WaitingContainer {
  readonly kind: 'waiting'
  /** As `ContainerCreating` or `ImagePullBackOff`; empty before a kubelet has seen the pod. */
  readonly reason: string
  readonly message: string
  /** That it is made of; empty as its reason is. */
  readonly image: string
}

export interface EndedContainer {
  readonly kind: 'ended'
  readonly exitCode: number
  /** Unix seconds. */
  readonly finishedAt: number | undefined
  /** As `Completed`, `Error`, `OOMKilled`, `StartError`. */
  readonly reason: string
  /** Its last word, for containers of ours; of the runtime when it could not be started. */
  readonly message: string
}

export function readPod(pod: JsonObject): PodState {
  const metadata = member(pod, 'metadata')
  const status = member(pod, 'status')
  const spec = member(pod, 'spec')
  return {
    name: memberString(metadata, 'name') ?? '',
    uid: memberString(metadata, 'uid') ?? '',
    node: memberString(spec, 'nodeName'),
    phase: memberString(status, 'phase') ?? 'Pending',
    reason: memberString(status, 'reason'),
    message: memberString(status, 'message'),
    deletedAt: readDeletion(metadata),
    isDeletedForGood: member(metadata, 'deletionGracePeriodSeconds') === 0,
    isGone: false,
    disruption: readCondition(status, 'DisruptionTarget', 'True'),
    unscheduled: readCondition(status, 'PodScheduled', 'False'),
    fetch: readContainer(status, containers.fetch),
    action: readContainer(status, containers.action),
    pack: readContainer(status, containers.pack),
  }
}

/** No container of the pod runs any more, or will. */
export function isFinished({ phase, isGone }: PodState): boolean {
  return isGone || phase === 'Succeeded' || phase === 'Failed'
}

/** The API says when the grace period will be over. */
function readDeletion(metadata: JsonValue | undefined): number | undefined {
  const end = readTime(metadata, 'deletionTimestamp')
  if (end === undefined) return undefined
  const grace = member(metadata, 'deletionGracePeriodSeconds')
  return end - (typeof grace === 'number' ? grace : 0)
}

function readCondition(
  status: JsonValue | undefined,
  type: string,
  value: string,
): Condition | undefined {
  const found = memberArray(status, 'conditions').find(
    (each) =>
      memberString(each, 'type') === type && memberString(each, 'status') === value,
  )
  if (found === undefined) return undefined
  const reason = memberString(found, 'reason') ?? type
  const why = memberString(found, 'message') ?? reason
  return { reason, why, at: readTime(found, 'lastTransitionTime') }
}

function readContainer(status: JsonValue | undefined, name: string): ContainerState {
  const all = ['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
    memberArray(status, list),
  )
  const found = all.find((each) => memberString(each, 'name') === name)
  const state = member(found, 'state')
  const ended = member(state, 'terminated')
  if (isObject(ended)) return readEnded(ended)
  if (isObject(member(state, 'running'))) return { kind: 'running' }
  // A sidecar that the kubelet starts again has its last word in the state before.
  const before = member(member(found, 'lastState'), 'terminated')
  if (isObject(before) && name === containers.pack) return readEnded(before)
  const waiting = member(state, 'waiting')
  return {
    kind: 'waiting',
    reason: memberString(waiting, 'reason') ?? '',
    message: memberString(waiting, 'message') ?? '',
    image: memberString(found, 'image') ?? '',
  }
}

function readEnded(ended: JsonObject): EndedContainer {
  const { exitCode } = ended
  return {
    kind: 'ended',
    exitCode: typeof exitCode === 'number' ? exitCode : -1,
    finishedAt: readTime(ended, 'finishedAt'),
    reason: memberString(ended, 'reason') ?? '',
    message: memberString(ended, 'message') ?? '',
  }
}

/** Unix seconds. */
function readTime(value: JsonValue | undefined, name: string): number | undefined {
  const seconds = Date.parse(memberString(value, name) ?? '') / 1000
  return Number.isNaN(seconds) ? undefined : seconds
}
