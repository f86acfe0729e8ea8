// Why a run does not get on: what stands in the status of its pod, and in the events of the cluster.

import type { ApiClient } from '../cluster/api-client.ts'
import { events } from '../cluster/resources.ts'
import { R2k8sError } from '../errors.ts'
import { member, memberString, type JsonObject } from '../json.ts'
import type { RunView } from './judge.ts'
import type { ContainerState, PodState } from './pod-state.ts'

export interface Pending {
  /** As `Unschedulable`, `ImagePullBackOff`, `FailedCreate`. */
  readonly reason: string
  /** In the cluster's words. */
  readonly message: string
  readonly hint: string | undefined
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
    return event === undefined ? undefined : pending(event.reason, event.message)
  }
  if (pod.unschedulable !== undefined) return pending('Unschedulable', pod.unschedulable)
  const stuck = stuckContainer(pod)
  if (stuck === undefined) return undefined
  const isUsual = stuck.reason === '' || usual.has(stuck.reason)
  // The last event may be about something else.
  if (!isUsual && stuck.message !== '') return pending(stuck.reason, stuck.message)
  const event = await lastWarning(client, namespace, pod.uid)
  if (!isUsual) return pending(stuck.reason, event?.message ?? '')
  return event === undefined ? undefined : pending(event.reason, event.message)
}

/** Every pod goes through these. */
const usual = new Set(['PodInitializing', 'ContainerCreating'])

/** The one that says something first: the others wait for it. */
function stuckContainer({ fetch, pack, action }: PodState): Waiting | undefined {
  if (fetch.kind === 'running') return undefined
  const waiting = [fetch, pack, action].filter((each) => each.kind === 'waiting')
  const speaking = waiting.find(({ reason }) => reason !== '' && !usual.has(reason))
  return speaking ?? waiting[0]
}

type Waiting = Extract<ContainerState, { kind: 'waiting' }>

async function lastWarning(
  client: ApiClient,
  namespace: string,
  uid: string,
): Promise<Pick<Pending, 'reason' | 'message'> | undefined> {
  try {
    const { items } = await client.list({
      ...{ resource: events, namespace },
      fields: `involvedObject.uid=${uid},type=Warning`,
    })
    // What failed, not what a node remarks on every pod, as MissingClusterDNS.
    const told = [...items]
      .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
      .map((event) => ({
        reason: memberString(event, 'reason') ?? 'Warning',
        message: memberString(event, 'message') ?? '',
      }))
      .filter(({ reason }) => reason.startsWith('Fail'))
    // "Error: ImagePullBackOff" stands beside the event that says why.
    return told.findLast(({ message }) => !message.startsWith('Error: ')) ?? told.at(-1)
  } catch (error) {
    // Not everybody may read events, and a run does without.
    if (error instanceof R2k8sError) return undefined
    throw error
  }
}

function timeOf(event: JsonObject): string {
  return (
    memberString(event, 'lastTimestamp') ??
    memberString(event, 'eventTime') ??
    memberString(member(event, 'metadata'), 'creationTimestamp') ??
    ''
  )
}

function pending(reason: string, message: string): Pending {
  // Between two tries it is said in other words.
  const why = message
    .trim()
    .replace(/^Back-off pulling image "[^"]*": ErrImagePull: /, '')
  return { reason, message: why, hint: hintFor(reason, message) }
}

function hintFor(reason: string, message: string): string | undefined {
  if (
    /^(ErrImage|ImagePull|InvalidImageName|Failed$)/.test(reason) &&
    /image/i.test(message)
  )
    return 'give nodes the agent image, or name one they can pull: settings "agentImage"'
  if (reason === 'Unschedulable')
    return 'a node must have room and be of the machine type of the formula'
  if (reason === 'FailedCreate' && message.includes('exceeded quota'))
    return 'wait for room in the quota, or raise it'
  if (reason === 'FailedCreate' && message.includes('PodSecurity'))
    return 'run it in a namespace that allows what its policy and user need'
  if (reason === 'FailedMount') return 'the volume must be there before the pod can start'
  return undefined
}
