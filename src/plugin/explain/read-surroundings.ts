// All that is asked of the cluster about one pod. Whatever may not be read is left out of the explanation.

import { openPodLog } from '../../cluster/pod-logs.ts'
import { readLines } from '../../cluster/read-lines.ts'
import { R2k8sError } from '../../errors.ts'
import { memberString, type JsonObject } from '../../json.ts'
import { formulas } from '../../cluster/resources.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { readList, readObject } from '../webhook/read-object.ts'
import type { Owner, PodEvent } from './diagnose/pod-context.ts'
import { isUnscheduled, type PodSurroundings } from './explain-pod.ts'
import { referencesOf } from './explain-rewrite.ts'
import { controllerOf } from './find-pods.ts'
import { isSubjectKind, subjectKinds } from './find-subject.ts'
import { templateReferences } from './foresee.ts'
import { formulaName, type FormulaReadings } from './formula-facts.ts'
import { readOrders } from './read-orders.ts'
import { readSwitch } from './read-switch.ts'

/** @throws R2k8sError cluster-unreachable */
export async function readSurroundings(
  cluster: OpenCluster,
  pod: JsonObject,
  now: number,
): Promise<PodSurroundings> {
  const isLeft = readOrders(pod).length === 0 && templateReferences(pod).length > 0
  const [events, formulas, logs, nodes, owner, switchedOff] = await Promise.all([
    readEvents(cluster, pod),
    readFormulas(cluster, referencesOf(pod)),
    readLogs(cluster, pod),
    isUnscheduled(pod) ? readNodes(cluster) : undefined,
    readOwner(cluster, pod),
    isLeft ? readSwitch(cluster) : undefined,
  ])
  return {
    pod,
    events,
    formulas,
    logs,
    ...(nodes !== undefined && { nodes }),
    ...(owner !== undefined && { owner }),
    ...(switchedOff !== undefined && { switchedOff }),
    now,
  }
}

/** Newest first. */
export async function readEvents(
  { client, namespace }: OpenCluster,
  object: JsonObject,
): Promise<PodEvent[]> {
  const uid = memberString(object['metadata'], 'uid') ?? ''
  const fields = `involvedObject.uid=${uid}`
  const resource = { apiVersion: 'v1', plural: 'events', namespaced: true }
  const listed = await readList(client, { resource, namespace, fields })
  if (listed.kind === 'unknown') return []
  return listed.items.map(readEvent).sort((a, b) => (a.time < b.time ? 1 : -1))
}

function readEvent(event: JsonObject): PodEvent {
  const text = (name: string) => memberString(event, name)
  const repeated = memberString(event['series'], 'lastObservedTime')
  const created = memberString(event['metadata'], 'creationTimestamp')
  return {
    type: text('type') ?? '',
    reason: text('reason') ?? '',
    message: text('message') ?? '',
    time: repeated ?? text('lastTimestamp') ?? text('eventTime') ?? created ?? '',
  }
}

/** Those that the references name. @throws R2k8sError cluster-unreachable */
export async function readFormulas(
  { client, namespace }: OpenCluster,
  references: readonly string[],
): Promise<FormulaReadings> {
  const names = new Set(references.flatMap((each) => formulaName(each) ?? []))
  const readings = await Promise.all(
    [...names].map(async (name) => {
      const reading = await readObject(client, { resource: formulas, namespace, name })
      return [name, reading] as const
    }),
  )
  return new Map(readings)
}

const tailLines = 2000
const limitBytes = 1024 * 1024

async function readLogs(
  { client, namespace }: OpenCluster,
  pod: JsonObject,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const name = memberString(pod['metadata'], 'name') ?? ''
  const logs = await Promise.all(
    readOrders(pod).map(async ({ fetcher: container }) => {
      const place = { namespace, pod: name, container, tailLines, limitBytes }
      return [container, await readLog(() => openPodLog(client, place))] as const
    }),
  )
  return new Map(logs)
}

/** Of a container that has not started, or whose node is away, there is none. */
async function readLog(open: () => ReturnType<typeof openPodLog>): Promise<string[]> {
  const lines: string[] = []
  try {
    const log = await open()
    if (log.kind === 'refused') return []
    for await (const line of readLines(log.chunks)) lines.push(line)
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
  }
  return lines
}

async function readNodes({
  client,
}: OpenCluster): Promise<readonly JsonObject[] | undefined> {
  const resource = { apiVersion: 'v1', plural: 'nodes', namespaced: false }
  const listed = await readList(client, { resource })
  return listed.kind === 'found' ? listed.items : undefined
}

/** The outermost: a ReplicaSet's template is that of its Deployment. */
async function readOwner(
  cluster: OpenCluster,
  object: JsonObject,
): Promise<Owner | undefined> {
  const { client, namespace } = cluster
  const controller = controllerOf(object)
  const kind = memberString(controller, 'kind')
  const name = memberString(controller, 'name')
  if (kind === undefined || name === undefined) return undefined
  if (!isSubjectKind(kind)) return { kind, name }
  const { resource } = subjectKinds[kind]
  const reading = await readObject(client, { resource, namespace, name })
  const outer =
    reading.kind === 'found' ? await readOwner(cluster, reading.object) : undefined
  return outer ?? { kind, name }
}
