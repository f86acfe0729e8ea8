// The state of the webhook as a value for programs.

import type { JsonObject } from '../../json.ts'
import { readDeployment } from './deployment.ts'
import type { Reading } from './read-object.ts'
import { isHealthy, type PodStatus, type WebhookStatus } from './read-status.ts'
import { readRegistration } from './registration.ts'

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
