// One thing that the user names: its pod, or why it has none.

import { memberString, type JsonObject } from '../../json.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import type { Io } from '../io.ts'
import { explainPod } from './explain-pod.ts'
import type { RefusalWords } from './explain-refusal.ts'
import { explainWorkload, readRefusal, type WorkloadFacts } from './explain-workload.ts'
import { findPods, type FoundPods } from './find-pods.ts'
import type { Subject } from './find-subject.ts'
import { templateReferences, type Prerequisites } from './foresee.ts'
import type { Explanation } from './model.ts'
import { readEvents, readFormulas, readSurroundings } from './read-surroundings.ts'
import { readSwitch } from './read-switch.ts'

/** @throws R2k8sError rejected-by-cluster, cluster-unreachable */
export async function explainSubject(
  cluster: OpenCluster,
  subject: Subject,
  io: Pick<Io, 'now' | 'signal'>,
): Promise<Explanation> {
  return await unlessCancelled(explainFound(cluster, subject, io), io.signal)
}

async function explainFound(
  cluster: OpenCluster,
  subject: Subject,
  io: Pick<Io, 'now'>,
): Promise<Explanation> {
  const found = await findPods(cluster, subject)
  const [pod] = found.pods
  const { kind, name } = subject
  if (pod === undefined) {
    const [workload, prerequisites] = await Promise.all([
      readWorkload(cluster, kind, found),
      readPrerequisites(cluster, found.object),
    ])
    return explainWorkload({ ...workload, ...prerequisites })
  }
  const explained = explainPod(await readSurroundings(cluster, pod, io.now()))
  if (kind === 'Pod') return explained
  const workload = await readWorkload(cluster, kind, found)
  const newestOf = { kind, name, pods: found.pods.length }
  const refusal = await readNewRefusal(cluster, since(pod, workload))
  return withRefusal({ ...explained, newestOf }, refusal)
}

/** Most workloads have none, and nothing more is asked about them. */
async function readNewRefusal(
  cluster: OpenCluster,
  workload: WorkloadFacts,
): Promise<RefusalWords | undefined> {
  const { namespace } = cluster
  if (readRefusal(workload, namespace) === undefined) return undefined
  const prerequisites = await readPrerequisites(cluster, workload.object)
  return readRefusal({ ...workload, ...prerequisites }, namespace)
}

/** What pods of the workload need. Without a reference, nothing is asked. */
async function readPrerequisites(
  cluster: OpenCluster,
  object: JsonObject,
): Promise<Prerequisites> {
  const references = templateReferences(object)
  if (references.length === 0) return {}
  const [formulas, switchedOff] = await Promise.all([
    readFormulas(
      cluster,
      references.map(({ image }) => image),
    ),
    readSwitch(cluster),
  ])
  return { formulas, ...(switchedOff !== undefined && { switchedOff }) }
}

async function readWorkload(
  cluster: OpenCluster,
  kind: string,
  { object, makers }: FoundPods,
): Promise<WorkloadFacts> {
  // The workload and the newest of what it made: older ones have given up.
  const events = await Promise.all(
    makers.slice(0, 2).map((maker) => readEvents(cluster, maker)),
  )
  return { kind, object, events: events.flat() }
}

/** Without the events from before the pod. */
function since({ metadata }: JsonObject, workload: WorkloadFacts): WorkloadFacts {
  const created = memberString(metadata, 'creationTimestamp') ?? ''
  return { ...workload, events: workload.events.filter(({ time }) => time > created) }
}

/** A pod may run well while its successors are refused: that is what the user wants to know. */
function withRefusal(
  explained: Explanation,
  refusal: RefusalWords | undefined,
): Explanation {
  if (refusal === undefined || explained.status === undefined) return explained
  const { status } = explained
  const message = `${status.message}; but the cluster refuses newer pods: ${refusal.message}`
  return {
    ...explained,
    status: { reason: 'refused', message },
    nextStep: refusal.nextStep,
  }
}
