// The deadline that a client keeps putting off, so that a run under `die` does not outlive it (run.md §3).

import { pathOf, type ApiClient, type ObjectRef } from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { R2k8sError } from '../errors.ts'
import { pauseOnClock, type Pause } from '../host/pause.ts'
import { member, memberString, parseJson } from '../json.ts'

export interface LeaseOptions {
  /** Of the whole run: the lease never goes beyond. */
  readonly timeoutSeconds: number
  /** Renewed four times while it lasts. */
  readonly leaseSeconds: number
  readonly signal: AbortSignal
  readonly troubled: (error: R2k8sError) => void
  readonly pause?: Pause
}

/** Runs until the signal comes. The clock is the API server's, which alone counts. */
export async function keepLease(
  client: ApiClient,
  job: ObjectRef,
  options: LeaseOptions,
): Promise<void> {
  const { leaseSeconds, signal, troubled, pause = pauseOnClock } = options
  for (;;) {
    await pause((leaseSeconds * 1000) / 4, signal)
    if (signal.aborted) return
    try {
      await renew(client, job, options)
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      if (!isAborted(signal)) troubled(error)
    }
  }
}

async function renew(
  client: ApiClient,
  job: ObjectRef,
  { timeoutSeconds, leaseSeconds, signal }: LeaseOptions,
): Promise<void> {
  const age = await ageOfJob(client, job, signal)
  if (age === undefined) return
  const activeDeadlineSeconds = Math.min(age + leaseSeconds, timeoutSeconds)
  const patch = { spec: { activeDeadlineSeconds } }
  const outcome = await client.patch(job, patch, { type: 'merge', signal })
  // One that is over, or gone, needs no lease any more: no other refusal says anything new.
  if (outcome.kind === 'refused' && outcome.status === 403) throw rejected(task, outcome)
}

const task = 'put off the deadline of the run'

/** Seconds since the Job was started, by the API server's clock. @throws R2k8sError cluster-unreachable */
export async function ageOfJob(
  client: ApiClient,
  job: ObjectRef,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { connection } = client
  const response = await connection
    .send({ method: 'GET', path: pathOf(job), signal })
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new R2k8sError([{ code: 'cluster-unreachable', task, why }], { cause: error })
    })
  const text = await response.body.text().catch(() => '')
  const now = Date.parse(String(response.headers['date'] ?? ''))
  const started = Date.parse(
    memberString(member(parseJson(text), 'status'), 'startTime') ?? '',
  )
  return Number.isNaN(now - started) ? undefined : Math.ceil((now - started) / 1000)
}

/** The type checker takes it for settled once it has been asked. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
