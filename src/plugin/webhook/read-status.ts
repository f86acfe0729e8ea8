// The state of the webhook, put together from everything that the user may see of it.

import type { ApiClient } from '../../cluster/api-client.ts'
import { pods as podResource } from '../../cluster/resources.ts'
import {
  deploymentRef,
  podLabels,
  registrationRef,
  systemNamespace,
} from './installed-objects.ts'
import { judgeDeployment } from './deployment.ts'
import { newestEntries, readPodLog, type LogEntry } from './pod-log.ts'
import { readPodMetrics, type PodMetrics } from './pod-metrics.ts'
import { readPod, type PodFacts } from './pods.ts'
import { readList, readObject, type Reading, type Unknown } from './read-object.ts'
import { dayOf, judgeRegistration } from './registration.ts'
import { readSecondLook, type SecondLook } from './second-look.ts'
import { failed, warning, type Trouble } from './trouble.ts'

export interface WebhookStatus {
  readonly registration: Reading
  readonly deployment: Reading
  readonly pods:
    { readonly kind: 'found'; readonly items: readonly PodStatus[] } | Unknown
  /** Newest first. */
  readonly log: readonly LogEntry[]
  /** In the order in which they are to be told. */
  readonly troubles: readonly Trouble[]
}

export interface PodStatus extends PodFacts {
  readonly metrics: PodMetrics | Unknown
}

const mostEntries = 5

/** @throws R2k8sError cluster-unreachable */
export async function readStatus(client: ApiClient, now: number): Promise<WebhookStatus> {
  const [registration, deployment, secondLook, listed] = await Promise.all([
    readObject(client, registrationRef),
    readObject(client, deploymentRef),
    readSecondLook(client),
    readList(client, {
      resource: podResource,
      namespace: systemNamespace,
      labels: podLabels,
    }),
  ])
  const facts = listed.kind === 'found' ? listed.items.map(readPod) : []
  const [items, logs] = await Promise.all([
    Promise.all(facts.map((pod) => withMetrics(client, pod))),
    Promise.all(facts.map(({ name }) => readPodLog(client, name))),
  ])
  const entries = logs.flatMap((log) => (log.kind === 'found' ? log.entries : []))
  const pods = listed.kind === 'found' ? { kind: 'found' as const, items } : listed
  return {
    registration,
    deployment,
    pods,
    log: newestEntries(entries, mostEntries),
    troubles: judge({ registration, deployment, secondLook, items }, now),
  }
}

export function isHealthy({ troubles }: Pick<WebhookStatus, 'troubles'>): boolean {
  return troubles.every(({ level }) => level === 'warning')
}

async function withMetrics(client: ApiClient, pod: PodFacts): Promise<PodStatus> {
  const metrics: PodMetrics | Unknown =
    pod.state === 'Running' || pod.state === 'Terminating'
      ? await readPodMetrics(client, pod)
      : { kind: 'unknown', why: 'it does not run' }
  return { ...pod, metrics }
}

interface Found {
  readonly registration: Reading
  readonly deployment: Reading
  readonly secondLook: SecondLook
  readonly items: readonly PodStatus[]
}

function judge(found: Found, now: number): Trouble[] {
  const { registration, deployment, secondLook, items } = found
  const all =
    deployment.kind === 'missing' && registration.kind === 'missing'
      ? [judgeDeployment(deployment, items)]
      : [
          deployment.kind === 'unknown'
            ? hidden('the Deployment of the webhook', deployment)
            : judgeDeployment(deployment, items),
          registration.kind === 'unknown'
            ? hidden('the registration of the webhook', registration)
            : judgeRegistration(registration, secondLook, now),
          ...items.map((pod) => judgeCertificate(pod, now)),
        ]
  return all.filter((trouble) => trouble !== undefined)
}

/** Half of the state is not enough to call it healthy. */
function hidden(what: string, { why }: Unknown): Trouble {
  return failed(
    `${what} may not be read: ${why}`,
    'ask who runs the cluster for this permission, or use --as',
  )
}

const soon = 2 * 24 * 3600 * 1000

/** They last for seven days and are renewed after five: what has two left is not renewed. */
function judgeCertificate(
  { name, metrics }: PodStatus,
  now: number,
): Trouble | undefined {
  if (metrics.kind === 'unknown') return undefined
  const { certificateNotAfter: end } = metrics
  if (end === undefined || end - now > soon) return undefined
  const hint = `its log says why it is not renewed: kubectl logs ${name} -n ${systemNamespace}`
  return end <= now
    ? failed(`the certificate of ${name} ran out on ${dayOf(end)}`, hint)
    : warning(`the certificate of ${name} runs out on ${dayOf(end)}`, hint)
}
