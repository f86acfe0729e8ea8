// What a run under `die` needs its client for.

import { jobs } from '../cluster/resources.ts'
import { R2k8sError } from '../errors.ts'
import type { Following } from './following.ts'
import { keepLease } from './lease.ts'
import { tellPacker } from './tell-packer.ts'

/** Puts the deadline off, and tells the packer to begin. */
export async function stayAlive(following: Following): Promise<void> {
  const { client, run, watch, signal, listener } = following
  const { namespace, about } = run
  const { timeoutSeconds, leaseSeconds } = about
  const job = { resource: jobs, namespace, name: about.name }
  const { troubled } = listener
  const lease = keepLease(client, job, { timeoutSeconds, leaseSeconds, signal, troubled })
  try {
    const pod = await watch.until(
      ({ pod }) => (pod?.action.kind === 'ended' ? pod : undefined),
      signal,
    )
    await tellPacker(client, { namespace, pod: pod.name }, 'begin', signal)
  } catch (error) {
    // The lease goes on: whoever follows hears why packing does not begin.
    if (!signal.aborted) {
      if (!(error instanceof R2k8sError)) throw error
      troubled(error)
    }
  }
  await lease
}
