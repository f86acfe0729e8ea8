// One thing that the user names: its pod, or why it has none.

import type { JsonObject } from '../../json.ts'
import { memberString } from '../../json.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import type { Io } from '../io.ts'
import { explainPod } from './explain-pod.ts'
import { explainWorkload, readRefusal, type WorkloadFacts } from './explain-workload.ts'
import { findPods, type FoundPods } from './find-pods.ts'
import type { Subject } from './find-subject.ts'
import type { Explanation } from './model.ts'
import { readEvents, readSurroundings } from './read-surroundings.ts'

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
    return explainWorkload(await readWorkload(cluster, kind, found))
  }
  const explained = explainPod(await readSurroundings(cluster, pod, io.now()))
  if (kind === 'Pod') return explained
  const workload = await readWorkload(cluster, kind, found)
  const newestOf = { kind, name, pods: found.pods.length }
  return withRefusal({ ...explained, newestOf }, workload, pod)
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

/** A pod may run well while its successors are refused: that is what the user wants to know. */
function withRefusal(
  explained: Explanation,
  { kind, object, events }: WorkloadFacts,
  { metadata }: JsonObject,
): Explanation {
  const since = memberString(metadata, 'creationTimestamp') ?? ''
  const newer = events.filter(({ time }) => time > since)
  const refusal = readRefusal({ kind, object, events: newer }, explained.namespace ?? '')
  if (refusal === undefined || explained.status === undefined) return explained
  const { status } = explained
  const message = `${status.message}; but the cluster refuses newer pods: ${refusal.message}`
  return {
    ...explained,
    status: { reason: 'refused', message },
    nextStep: refusal.nextStep,
  }
}
