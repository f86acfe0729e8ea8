// Why a run does not get on: what stands in the status of its pod, and in the events of the cluster.

import type { ApiClient } from '../cluster/api-client.ts'
import { imageReasons } from '../cluster/image-reasons.ts'
import { quote } from '../errors.ts'
import type { RunView } from './judge.ts'
import { lastWarning } from './last-warning.ts'
import type { PodState, WaitingContainer } from './pod-state.ts'
import { containers } from './run-order.ts'
import type { Phase } from './run-phase.ts'

export interface Waiting {
  /** As `Unschedulable`, `ImagePullBackOff`, `FailedCreate`. */
  readonly reason: string
  /** In the cluster's words; may be empty. */
  readonly message: string
}

export interface Pending extends Waiting {
  readonly hint: string | undefined
}

/** What its pod says of itself, in kubectl's words for it: also what every pod goes through. */
export function readWaiting({ pod }: RunView): Waiting | undefined {
  return pod && saidOf(pod, stuckContainer(pod))
}

function saidOf(
  { unscheduled }: PodState,
  stuck: Stuck | undefined,
): Waiting | undefined {
  if (unscheduled !== undefined)
    return { reason: unscheduled.reason, message: unscheduled.why }
  if (stuck === undefined || stuck.reason === '') return undefined
  return { reason: stuck.reason, message: plainly(stuck.message) }
}

/** Undefined when it goes on, or nothing says why not. */
export async function explainPending(
  client: ApiClient,
  namespace: string,
  view: RunView,
): Promise<Pending | undefined> {
  const { pod, job } = view
  if (pod === undefined) {
    const event =
      job === undefined ? undefined : await lastWarning(client, namespace, job.uid)
    return event && pending(event)
  }
  const stuck = stuckContainer(pod)
  const said = saidOf(pod, stuck)
  if (said !== undefined && pod.unscheduled !== undefined) return pending(said)
  if (stuck === undefined) return undefined
  const isUsual = said === undefined || usual.has(said.reason)
  // The last event may be about something else.
  if (!isUsual && said.message !== '') return pending(said, stuck)
  const event = await lastWarning(client, namespace, pod.uid)
  if (!isUsual) return pending({ ...said, message: event?.message ?? '' }, stuck)
  return event && pending(event, waitingOf(pod, event.container) ?? stuck)
}

/** Every pod goes through these. */
const usual = new Set(['PodInitializing', 'ContainerCreating'])

interface Stuck extends WaitingContainer {
  readonly which: Phase
}

/** The one that says something first: the others wait for it. */
function stuckContainer(pod: PodState): Stuck | undefined {
  if (pod.fetch.kind === 'running') return undefined
  const waiting = inOrder.flatMap((which) => waitingIn(pod, which) ?? [])
  const speaking = waiting.find(({ reason }) => reason !== '' && !usual.has(reason))
  return speaking ?? waiting[0]
}

const inOrder = ['fetch', 'pack', 'action'] as const

function waitingIn(pod: PodState, which: Phase): Stuck | undefined {
  const state = pod[which]
  return state.kind === 'waiting' ? { ...state, which } : undefined
}

/** @param container its name in the pod */
function waitingOf(pod: PodState, container: string | undefined): Stuck | undefined {
  const which = inOrder.find((each) => containers[each] === container)
  return which && waitingIn(pod, which)
}

function pending({ reason, message }: Waiting, stuck?: Stuck): Pending {
  const hint = hintFor({ reason, message }, stuck)
  return { reason, message: plainly(message), hint }
}

/** Between two tries, and in an event, it is said in other words. */
function plainly(message: string): string {
  const head =
    /^(?:Back-off pulling image "[^"]*": ErrImagePull|Failed to pull image "[^"]*"): /
  return message.trim().replace(head, '')
}

function hintFor(
  { reason, message }: Waiting,
  stuck: Stuck | undefined,
): string | undefined {
  const isOfImage = reason === 'Failed' && /image/i.test(message)
  if (stuck !== undefined && (isOfImage || imageReasons.has(reason)))
    return hintForImage(stuck)
  if (reason === 'Unschedulable')
    return 'a node must have room and be of the machine type of the formula'
  if (reason === 'FailedCreate' && message.includes('exceeded quota'))
    return 'wait for room in the quota, or raise it'
  if (reason === 'FailedCreate' && message.includes('PodSecurity'))
    return 'run it in a namespace that allows what its policy and user need'
  if (reason === 'FailedMount') return 'the volume must be there before the pod can start'
  return undefined
}

/** Fetcher and packer are of one image, the action of another. */
function hintForImage({ which, image }: Stuck): string {
  const [role, flag, setting] =
    which === 'action'
      ? ['base image', '--base-image', 'baseImage']
      : ['agent image', '--agent-image', 'agentImage']
  return `give nodes the ${role} ${quote(image)}, or name one they can pull: ${flag}, or for all runs the setting "${setting}"`
}
