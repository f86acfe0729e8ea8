// Takes a run out of the cluster.

import type { ApiClient, ObjectOutcome } from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { jobs, pods } from '../cluster/resources.ts'
import { R2k8sError } from '../errors.ts'
import { readPod } from './pod-state.ts'
import { runLabel, type RunAbout } from './run-order.ts'
import { tellPacker } from './tell-packer.ts'

/** For programs of a run that is ended: enough for those that listen. */
export const shortGraceSeconds = 5

/**
 * Ends it: its pod first. The grace period of its spec is as long as packing may take, and a kubelet that
 * has begun to end a pod with one does not hear of a shorter one (seen with Kubernetes 1.36), so nobody
 * else may be the first to delete the pod. @throws R2k8sError
 */
export async function cancelRun(
  client: ApiClient,
  namespace: string,
  { name, guid }: Pick<RunAbout, 'name' | 'guid'>,
  graceSeconds: number,
): Promise<void> {
  await endPods(client, { namespace, guid }, graceSeconds)
  const ref = { resource: jobs, namespace, name }
  const removed = await client.remove(ref, { propagation: 'Foreground' })
  checkGone(removed, `delete the Job ${name}`)
}

/** What is not there any more is as good as deleted. @throws R2k8sError */
function checkGone(removed: ObjectOutcome, task: string): void {
  if (removed.kind === 'refused' && removed.status !== 404) throw rejected(task, removed)
}

/** @throws R2k8sError */
export async function endPods(
  client: ApiClient,
  { namespace, guid }: { readonly namespace: string; readonly guid: string },
  graceSeconds: number,
): Promise<void> {
  const labels = `${runLabel}=${guid}`
  const { items } = await client.list({ resource: pods, namespace, labels })
  for (const pod of items) {
    const { name, action, pack } = readPod(pod)
    const ref = { resource: pods, namespace, name }
    checkGone(await client.remove(ref, { graceSeconds }), `delete the pod ${name}`)
    // It is on its way out already, with all the time that packing may take.
    if (action.kind === 'ended' && pack.kind === 'running')
      await quitPacking(client, namespace, name)
  }
}

async function quitPacking(
  client: ApiClient,
  namespace: string,
  pod: string,
): Promise<void> {
  const signal = AbortSignal.timeout(5000)
  await tellPacker(client, { namespace, pod }, 'quit', signal).catch((error: unknown) => {
    if (!(error instanceof R2k8sError)) throw error // it ends all the same, later
  })
}

/** Of a run that is over: nobody waits for it. */
export async function removeRun(
  client: ApiClient,
  namespace: string,
  { name }: Pick<RunAbout, 'name'>,
): Promise<void> {
  await client.remove({ resource: jobs, namespace, name }, { propagation: 'Background' })
}
