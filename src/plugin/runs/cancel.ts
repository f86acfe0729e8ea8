// What `cancel` does: takes runs out of the cluster before their end.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import { cancelRun } from '../../run/end-run.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import { findRun } from './find-run.ts'
import type { RunContext } from './run.ts'

/** One that is not there is no reason to leave the others. @throws R2k8sError with all of them */
export async function cancel(
  names: readonly string[],
  { gracePeriod }: { readonly gracePeriod: number },
  { flags, io, terminal }: RunContext,
): Promise<void> {
  const cluster = await openCluster(flags, io, terminal)
  const problems: Problem[] = []
  try {
    for (const name of names) {
      try {
        const { namespace, about } = await findRun(cluster, name, io.signal)
        await cancelRun(cluster.client, namespace, about, gracePeriod)
        io.writeStdout(`run/${about.name} cancelled\n`)
      } catch (error) {
        if (!(error instanceof R2k8sError) || error.code === 'cancelled') throw error
        problems.push(...error.problems)
      }
    }
  } finally {
    await cluster.close()
  }
  throwIfAny(problems)
}
