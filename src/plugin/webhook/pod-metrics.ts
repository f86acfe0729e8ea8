// What a pod of the webhook counts, asked through the API server: its port is not open to the outside.

import { sendOrThrow, type ApiClient } from '../../cluster/api-client.ts'
import { readRefusalText } from '../../cluster/refusal-text.ts'
import { R2k8sError } from '../../errors.ts'
import { systemNamespace } from './installed-objects.ts'
import type { PodFacts } from './pods.ts'
import type { Unknown } from './read-object.ts'

export interface PodMetrics {
  readonly kind: 'found'
  /** In milliseconds; undefined when none is shown yet. */
  readonly certificateNotAfter: number | undefined
  /** Answers by result; those to dry runs do not count. */
  readonly admissions: Admissions
}

export interface Admissions {
  readonly mutated: number
  readonly rejected: number
  readonly error: number
}

/** A pod that hangs must not hold up what there is to say about the others. */
const patience = 5_000

/** Never throws for what a pod does. */
export async function readPodMetrics(
  client: ApiClient,
  { name, statusPort }: PodFacts,
): Promise<PodMetrics | Unknown> {
  const place = `/api/v1/namespaces/${systemNamespace}/pods/${encodeURIComponent(name)}:${statusPort}`
  try {
    const { status, body } = await sendOrThrow(
      client.connection,
      {
        method: 'GET',
        path: `${place}/proxy/metrics`,
        headers: { accept: 'text/plain' },
        silence: patience,
      },
      `ask the pod "${name}" for its metrics`,
    )
    const text = await body.text()
    if (status === 200) return parseMetrics(text)
    return { kind: 'unknown', why: readRefusalText(status, text).message }
  } catch (error) {
    const why = error instanceof R2k8sError ? error.problems[0].why : 'it broke off'
    return { kind: 'unknown', why }
  }
}

/** Of the text format of Prometheus, the lines that are shown. */
export function parseMetrics(text: string): PodMetrics {
  const admissions = { mutated: 0, rejected: 0, error: 0 }
  let certificateNotAfter: number | undefined
  for (const [, name, labels = '', value] of text.matchAll(sample)) {
    if (name === 'r2k8s_cert_not_after_seconds') {
      const seconds = Number(value)
      if (seconds > 0) certificateNotAfter = seconds * 1000
    }
    if (name !== 'r2k8s_admission_requests_total' || labels.includes('dry_run="true"')) {
      continue
    }
    const result = /(?:^|,)result="(mutated|rejected|error)"/.exec(labels)?.[1]
    if (result === 'mutated' || result === 'rejected' || result === 'error') {
      admissions[result] += Number(value)
    }
  }
  return { kind: 'found', certificateNotAfter, admissions }
}

const sample = /^(r2k8s_\w+)(?:\{([^}\n]*)\})? (\S+)$/gm
