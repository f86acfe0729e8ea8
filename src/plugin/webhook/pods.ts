// The webhook's pods: whether they serve, and if not, why.

import { imageReasons } from '../../cluster/image-reasons.ts'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'

export interface PodFacts {
  readonly name: string
  readonly isReady: boolean
  /** One word, as kubectl shows it. */
  readonly state: string
  readonly restarts: number
  /** RFC 3339. */
  readonly createdAt: string
  /** Why it waits or fails; undefined when it does not. */
  readonly why: string | undefined
  /** That is why. */
  readonly waitsForImage: boolean
  /** Where `/metrics` is. */
  readonly statusPort: number
}

const usualStatusPort = 8080

export function readPod(object: JsonObject): PodFacts {
  const { metadata, spec, status } = object
  const [container] = memberArray(status, 'containerStatuses')
  const state = member(container, 'state')
  const waiting = member(state, 'waiting') ?? member(state, 'terminated')
  const reason = memberString(waiting, 'reason')
  const isLeaving = memberString(metadata, 'deletionTimestamp') !== undefined
  return {
    name: memberString(metadata, 'name') ?? '',
    isReady: member(container, 'ready') === true,
    state: isLeaving
      ? 'Terminating'
      : (reason ?? memberString(status, 'phase') ?? 'Unknown'),
    restarts: numberOr(member(container, 'restartCount'), 0),
    createdAt: memberString(metadata, 'creationTimestamp') ?? '',
    why: whyNot(object),
    waitsForImage: reason !== undefined && imageReasons.has(reason),
    statusPort: statusPortOf(spec),
  }
}

/** From near to far: the container, its last end, the place for it. */
function whyNot({ metadata, status }: JsonObject): string | undefined {
  if (memberString(metadata, 'deletionTimestamp') !== undefined) return undefined
  const [container] = memberArray(status, 'containerStatuses')
  const state = member(container, 'state')
  const ended = member(member(container, 'lastState'), 'terminated')
  const waiting = member(state, 'waiting') ?? member(state, 'terminated')
  const reason = memberString(waiting, 'reason')
  if (reason !== undefined && reason !== 'ContainerCreating') {
    const told = memberString(waiting, 'message')
    const exit = member(ended ?? waiting, 'exitCode')
    const end = typeof exit === 'number' ? `, exit code ${exit}` : ''
    return `${reason}${end}${told === undefined ? '' : `: ${told}`}`
  }
  const scheduled = memberArray(status, 'conditions').find(
    (each) =>
      memberString(each, 'type') === 'PodScheduled' &&
      memberString(each, 'status') === 'False',
  )
  return memberString(scheduled, 'message')
}

function statusPortOf(spec: JsonObject[string] | undefined): number {
  const ports = memberArray(spec, 'containers').flatMap((each) =>
    memberArray(each, 'ports'),
  )
  const named = ports.find((port) => memberString(port, 'name') === 'status')
  return numberOr(member(named, 'containerPort'), usualStatusPort)
}

function numberOr(value: JsonObject[string] | undefined, absent: number): number {
  return typeof value === 'number' ? value : absent
}
