// The run that a user names: by its Job, or by its guid.

import { quote, R2k8sError } from '../../errors.ts'
import { listRuns, type FoundRun } from '../../run/find-runs.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import { nearNames } from '../explain/near-names.ts'

/** @throws R2k8sError when there is none */
export async function findRun(
  { client, namespace }: OpenCluster,
  wanted: string,
  signal: AbortSignal,
): Promise<FoundRun> {
  const name = wanted.replace(/^(run|runs|job|jobs|job\.batch)\//, '')
  const runs = await unlessCancelled(listRuns(client, namespace, signal), signal)
  const found = runs.find(({ about }) => about.name === name || about.guid === name)
  if (found !== undefined) return found
  const names = runs.map(({ about }) => about.name)
  const near = nearNames(name, names)
  const hint =
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : 'kubectl r2k8s runs -A lists those that are there; they go some time after their end'
  const task = `find the run ${quote(name)}`
  const why = `there is none in namespace ${quote(namespace)}`
  throw new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints: [hint] }])
}
