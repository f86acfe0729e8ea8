// Runs that are in the cluster, from their Jobs and pods.

import type { ApiClient } from '../cluster/api-client.ts'
import { jobs, pods } from '../cluster/resources.ts'
import { member, memberString, type JsonObject } from '../json.ts'
import { readJob, type JobState } from './job-state.ts'
import { judgeRun, type RunEnd } from './judge.ts'
import { readWaiting, type Waiting } from './pending.ts'
import { readPod, type PodState } from './pod-state.ts'
import { runLabel, type RunAbout } from './run-order.ts'

export interface FoundRun {
  readonly namespace: string
  readonly about: RunAbout
  readonly job: JobState
  readonly pod: PodState | undefined
  readonly phase: RunPhase
  /** Why it is pending, as far as its pod says. */
  readonly waiting: Waiting | undefined
  /** Once it is over. */
  readonly end: RunEnd | undefined
}

export type RunPhase =
  'Pending' | 'Fetching' | 'Running' | 'Packing' | 'Succeeded' | 'Failed' | 'Ending'

/** The youngest last. @param namespace all of them without it @throws R2k8sError */
export async function listRuns(
  client: ApiClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly FoundRun[]> {
  const query = {
    ...(namespace !== undefined && { namespace }),
    labels: runLabel,
    signal,
  }
  const [foundJobs, foundPods] = await Promise.all([
    client.list({ ...query, resource: jobs }),
    client.list({ ...query, resource: pods }),
  ])
  const podOf = new Map(foundPods.items.map((pod) => [labelOf(pod), readPod(pod)]))
  return foundJobs.items
    .flatMap((object): FoundRun[] => {
      const job = readJob(object)
      if (job.about === undefined) return []
      const pod = podOf.get(job.about.guid)
      const place = memberString(member(object, 'metadata'), 'namespace') ?? ''
      const end = judgeRun({ job, pod })
      const phase = phaseOf(job, pod, end)
      const waiting = phase === 'Pending' ? readWaiting({ job, pod }) : undefined
      return [{ namespace: place, about: job.about, job, pod, phase, waiting, end }]
    })
    .sort((a, b) => a.about.time - b.about.time)
}

function labelOf(object: JsonObject): string {
  const labels = member(member(object, 'metadata'), 'labels')
  return memberString(labels, runLabel) ?? ''
}

function phaseOf(
  job: JobState,
  pod: PodState | undefined,
  end: RunEnd | undefined,
): RunPhase {
  if (end?.kind === 'failed') return 'Failed'
  if (end !== undefined)
    return end.exitCode === 0 && end.problem === undefined ? 'Succeeded' : 'Failed'
  if (job.isDeleted || pod?.deletedAt !== undefined) return 'Ending'
  if (pod?.action.kind === 'ended') return 'Packing'
  if (pod?.action.kind === 'running') return 'Running'
  return pod?.fetch.kind === 'running' ? 'Fetching' : 'Pending'
}
