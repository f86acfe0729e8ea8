// What the cluster says in its events of an object that does not get on.

import type { ApiClient } from '../cluster/api-client.ts'
import { events } from '../cluster/resources.ts'
import { R2k8sError } from '../errors.ts'
import { member, memberString, type JsonObject } from '../json.ts'

export interface ClusterWarning {
  readonly reason: string
  readonly message: string
  /** Name of the container that it is about. */
  readonly container: string | undefined
}

/** Undefined when there is none, or none that this user may read. */
export async function lastWarning(
  client: ApiClient,
  namespace: string,
  uid: string,
): Promise<ClusterWarning | undefined> {
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
        container: containerOf(event),
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

/** `spec.initContainers{r2k8s-fetch}` */
function containerOf(event: JsonObject): string | undefined {
  const path = memberString(member(event, 'involvedObject'), 'fieldPath') ?? ''
  return /\{(.*)\}$/.exec(path)?.[1]
}

function timeOf(event: JsonObject): string {
  return (
    memberString(event, 'lastTimestamp') ??
    memberString(event, 'eventTime') ??
    memberString(member(event, 'metadata'), 'creationTimestamp') ??
    ''
  )
}
