// The containers of a pod with what the kubelet says of them, in the order in which they start.

import {
  isObject,
  member,
  memberArray,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../../json.ts'
import { containerLists } from '../../mutate/find-pod-specs.ts'

export interface ContainerFacts {
  readonly name: string
  readonly isInit: boolean
  /** Runs beside the others once it has started. */
  readonly isSidecar: boolean
  readonly image: string
  readonly pullPolicy: string
  readonly spec: JsonObject
  readonly state: ContainerState
  /** How the run before this one ended. */
  readonly last: Ended | undefined
  readonly restarts: number
  readonly isReady: boolean
  readonly isStarted: boolean
}

export type ContainerState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly startedAt: string }
  | Ended

export interface Ended {
  readonly kind: 'ended'
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  readonly startedAt: string
  readonly finishedAt: string
}

export function readContainers(pod: JsonObject): ContainerFacts[] {
  const { spec, status } = pod
  return containerLists.flatMap((list) => {
    const isInit = list === 'initContainers'
    const statuses = memberArray(
      status,
      isInit ? 'initContainerStatuses' : 'containerStatuses',
    )
    return memberArray(spec, list).flatMap((container) => {
      if (!isObject(container)) return []
      const name = memberString(container, 'name') ?? ''
      const told = statuses.find((each) => memberString(each, 'name') === name)
      return [
        {
          name,
          isInit,
          isSidecar: isInit && memberString(container, 'restartPolicy') === 'Always',
          image: memberString(container, 'image') ?? '',
          pullPolicy: memberString(container, 'imagePullPolicy') ?? '',
          spec: container,
          ...readStatus(told),
        },
      ]
    })
  })
}

function readStatus(told: JsonValue | undefined) {
  const restarts = member(told, 'restartCount')
  const last = readState(member(told, 'lastState'))
  return {
    state: readState(member(told, 'state')),
    last: last.kind === 'ended' ? last : undefined,
    restarts: typeof restarts === 'number' ? restarts : 0,
    isReady: member(told, 'ready') === true,
    isStarted: member(told, 'started') === true,
  }
}

function readState(state: JsonValue | undefined): ContainerState {
  const waiting = member(state, 'waiting')
  const running = member(state, 'running')
  const ended = member(state, 'terminated')
  const text = (value: JsonValue | undefined, name: string) =>
    memberString(value, name) ?? ''
  if (isObject(ended)) {
    const exitCode = member(ended, 'exitCode')
    return {
      kind: 'ended',
      exitCode: typeof exitCode === 'number' ? exitCode : -1,
      reason: text(ended, 'reason'),
      message: text(ended, 'message'),
      startedAt: text(ended, 'startedAt'),
      finishedAt: text(ended, 'finishedAt'),
    }
  }
  if (isObject(running)) return { kind: 'running', startedAt: text(running, 'startedAt') }
  if (!isObject(waiting)) return { kind: 'unknown' }
  return {
    kind: 'waiting',
    reason: text(waiting, 'reason'),
    message: text(waiting, 'message'),
  }
}

/** How its latest run ended: while it waits for the next one, that is the last state. */
export function latestEnd({ state, last }: ContainerFacts): Ended | undefined {
  return state.kind === 'ended' ? state : last
}
