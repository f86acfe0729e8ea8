// The state of the webhook as text for people.

import type { JsonObject } from '../../json.ts'
import { printColumns, printTable } from '../print-table.ts'
import { readDeployment } from './deployment.ts'
import { formatAge } from './format-age.ts'
import { isHealthy, type PodStatus, type WebhookStatus } from './read-status.ts'
import type { Reading } from './read-object.ts'
import { dayOf, lastDay, readRegistration } from './registration.ts'

export function printStatus(status: WebhookStatus, now: number): string {
  const { registration, deployment, pods, log } = status
  const head = printColumns([
    ['Healthy:', isHealthy(status) ? 'yes' : 'no'],
    ['Registration:', describe(registration, describeRegistration)],
    ['Deployment:', describe(deployment, describeDeployment)],
    ...(pods.kind === 'unknown' ? [['Pods:', `unknown: ${pods.why}`]] : []),
  ])
  const parts = [head]
  if (pods.kind === 'found' && pods.items.length > 0) {
    parts.push(
      printTable(
        podColumns,
        pods.items.map((pod) => podRow(pod, now)),
      ),
    )
  }
  if (log.length > 0) {
    const rows = log.map(({ time, count, level, pod, message }) => [
      time === '' ? '-' : time,
      String(count),
      level,
      pod,
      message,
    ])
    parts.push(printTable(['LAST SEEN', 'COUNT', 'LEVEL', 'POD', 'MESSAGE'], rows))
  }
  return parts.join('\n')
}

function describe(
  reading: Reading,
  describeObject: (object: JsonObject) => string,
): string {
  if (reading.kind === 'missing') return 'missing'
  if (reading.kind === 'unknown') return `unknown: ${reading.why}`
  return describeObject(reading.object)
}

function describeRegistration(object: JsonObject): string {
  const { authorities, isUnreadable } = readRegistration(object) ?? {}
  if (authorities === undefined) return 'of another webhook'
  if (isUnreadable === true) return 'registered, CA bundle unreadable'
  const count = authorities.length
  if (count === 0) return 'registered, no CA bundle yet'
  const many = count === 1 ? '1 authority' : `${count} authorities`
  return `registered, ${many} trusted until ${dayOf(lastDay(authorities))}`
}

function describeDeployment(object: JsonObject): string {
  const { ready, wanted, image } = readDeployment(object)
  return `${ready} of ${wanted} pods ready, image ${image}`
}

const podColumns = [
  ...['POD', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
  ...['CERT-VALID', 'MUTATED', 'REJECTED', 'ERRORS'],
]

function podRow(pod: PodStatus, now: number): string[] {
  const { metrics } = pod
  const facts = [
    pod.name,
    pod.isReady ? 'yes' : 'no',
    pod.state,
    String(pod.restarts),
    formatAge(now - Date.parse(pod.createdAt)),
  ]
  if (metrics.kind === 'unknown') return [...facts, '?', '?', '?', '?']
  const { certificateNotAfter: end, admissions } = metrics
  const certificate =
    end === undefined ? 'none' : end <= now ? 'expired' : formatAge(end - now)
  const { mutated, rejected, error } = admissions
  return [...facts, certificate, ...[mutated, rejected, error].map(String)]
}
