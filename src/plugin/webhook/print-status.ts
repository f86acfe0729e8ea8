// The state of the webhook as text for people and as a value for programs.

import type { JsonObject } from '../../json.ts'
import { printColumns, printTable } from '../print-table.ts'
import { readDeployment } from './deployment.ts'
import { formatAge } from './format-age.ts'
import type { PodStatus, WebhookStatus } from './read-status.ts'
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

function isHealthy({ troubles }: Pick<WebhookStatus, 'troubles'>): boolean {
  return troubles.every(({ level }) => level === 'warning')
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

/** Nothing of a Secret is in it; what is not known is left out. */
export function statusValue({
  registration,
  deployment,
  pods,
  log,
  troubles,
}: WebhookStatus): JsonObject {
  return {
    healthy: isHealthy({ troubles }),
    registration: valueOf(registration, registrationValue),
    deployment: valueOf(deployment, deploymentValue),
    pods: pods.kind === 'found' ? pods.items.map(podValue) : [],
    log: log.map((entry) => ({ ...entry })),
    problems: troubles.map(({ level, why, hints }) => ({ level, why, hints })),
  }
}

function valueOf(
  reading: Reading,
  print: (object: JsonObject) => JsonObject,
): JsonObject {
  if (reading.kind === 'found') return { state: 'present', ...print(reading.object) }
  return reading.kind === 'missing'
    ? { state: 'missing' }
    : { state: 'unknown', why: reading.why }
}

function registrationValue(object: JsonObject): JsonObject {
  const { authorities = [], failurePolicy = '' } = readRegistration(object) ?? {}
  return {
    failurePolicy,
    authorities: authorities.map(({ name, notAfter }) => ({
      name,
      notAfter: timeOf(notAfter),
    })),
  }
}

function deploymentValue(object: JsonObject): JsonObject {
  const { image, version, wanted, ready } = readDeployment(object)
  return { image, ...(version !== undefined && { version }), wanted, ready }
}

function podValue({ metrics, ...pod }: PodStatus): JsonObject {
  const { name, isReady, state, restarts, createdAt, why } = pod
  const facts = { name, ready: isReady, state, restarts, createdAt }
  const waiting = why === undefined ? {} : { why }
  if (metrics.kind === 'unknown') return { ...facts, ...waiting }
  const { certificateNotAfter: end, admissions } = metrics
  return {
    ...facts,
    ...waiting,
    ...(end !== undefined && { certificateNotAfter: timeOf(end) }),
    admissions: { ...admissions },
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
