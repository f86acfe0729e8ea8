// From what the user names to a pod: that one, or the newest one of a workload.

import type { ObjectRef, Resource } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { R2k8sError } from '../../errors.ts'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { subjectKinds, type Subject } from './find-subject.ts'
import { nearNames } from './near-names.ts'

export interface FoundPods {
  readonly object: JsonObject
  /** What made the pods: the object itself, and what it made for that. */
  readonly makers: readonly JsonObject[]
  /** Newest first. */
  readonly pods: readonly JsonObject[]
}

/** @throws R2k8sError rejected-by-cluster when there is nothing of that name */
export async function findPods(
  cluster: OpenCluster,
  { kind, name }: Subject,
): Promise<FoundPods> {
  const { resource } = subjectKinds[kind]
  const object = await getOrSuggest(cluster, { resource, name })
  if (kind === 'Pod') return { object, makers: [], pods: [object] }
  const between = intermediates[kind]
  const made =
    between === undefined ? [] : newestFirst(await listOwned(cluster, between, [object]))
  const makers = [object, ...made]
  const pods = await listOwned(cluster, subjectKinds.Pod.resource, makers)
  return { object, makers, pods: newestFirst(pods) }
}

/** What stands between the object and its pods. */
const intermediates: Readonly<Record<string, Resource>> = {
  Deployment: subjectKinds.ReplicaSet.resource,
  CronJob: subjectKinds.Job.resource,
}

async function listOwned(
  { client, namespace }: OpenCluster,
  resource: Resource,
  owners: readonly JsonObject[],
): Promise<JsonObject[]> {
  const uids = new Set(owners.map(({ metadata }) => memberString(metadata, 'uid')))
  const { items } = await client.list({ resource, namespace })
  return items.filter((item) => uids.has(memberString(controllerOf(item), 'uid')))
}

export function controllerOf({ metadata }: JsonObject) {
  return memberArray(metadata, 'ownerReferences').find(
    (owner) => member(owner, 'controller') === true,
  )
}

/** One that is on its way out is the last to be asked. */
function newestFirst(objects: readonly JsonObject[]): JsonObject[] {
  const key = ({ metadata }: JsonObject) =>
    `${member(metadata, 'deletionTimestamp') === undefined ? 1 : 0} ${memberString(metadata, 'creationTimestamp') ?? ''}`
  return [...objects].sort((a, b) => (key(a) < key(b) ? 1 : -1))
}

async function getOrSuggest(
  { client, namespace }: OpenCluster,
  ref: Omit<ObjectRef, 'namespace'>,
): Promise<JsonObject> {
  const found = await client.get({ ...ref, namespace })
  if (found.kind === 'object') return found.object
  const { plural } = ref.resource
  const task = `explain ${plural.replace(/s$/, '')} "${ref.name}"`
  if (found.status !== 404) throw rejected(task, found)
  const { items } = await client.list({ resource: ref.resource, namespace })
  const names = items.map(({ metadata }) => memberString(metadata, 'name') ?? '')
  const near = nearNames(ref.name, names)
  const hints =
    near.length > 0
      ? [`there is ${near.join(', ')}`]
      : [`-n names another namespace (${plural} in this one: ${names.length})`]
  const why = `there is none of this name in namespace "${namespace}"`
  throw new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints }])
}
