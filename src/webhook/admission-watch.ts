// What is kept of an admission once it is answered: figures, and a line in the log that says which
// pod of which namespace, never what is in it.

import { member, memberString, type JsonObject } from '../json.ts'
import type { AdmissionRequest, Verdict } from './admission-review.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export type AdmissionResult = 'mutated' | 'skipped' | 'rejected' | 'error'

export interface AdmissionWatch {
  /** What it returns is to be called with the answer, or with nothing after a bug. */
  readonly begin: (request: AdmissionRequest) => (answer?: AdmissionAnswer) => void
}

export interface AdmissionAnswer {
  readonly verdict: Verdict
  /** Of the whole body. */
  readonly bytes: number
}

export function watchAdmissions(metrics: Metrics, log: Log): AdmissionWatch {
  return {
    begin: (request) => {
      const began = performance.now()
      metrics.begin()
      return (answer) => {
        const verdict = answer?.verdict
        const milliseconds = performance.now() - began
        const result = resultOf(verdict)
        metrics.end({
          result,
          reason: verdict?.status?.reason ?? '',
          dryRun: request.dryRun,
          seconds: milliseconds / 1000,
          bytes: answer?.bytes ?? 0,
        })
        if (result === 'rejected') log.info('pod refused', detailsOf(request, verdict))
        else if (log.isDebug) {
          log.debug(`pod ${result}`, { ...detailsOf(request, verdict), milliseconds })
        }
      }
    },
  }
}

function resultOf(verdict: Verdict | undefined): AdmissionResult {
  if (verdict === undefined) return 'error'
  if (!verdict.allowed) return 'rejected'
  return verdict.patch.length > 0 ? 'mutated' : 'skipped'
}

function detailsOf(
  { namespace, object, uid, dryRun }: AdmissionRequest,
  verdict?: Verdict,
) {
  const reason = verdict?.status?.reason
  const formula = verdict?.auditAnnotations['formula']
  return {
    uid,
    namespace,
    pod: podName(object),
    dryRun,
    ...(reason !== undefined && { reason }),
    ...(formula !== undefined && { formula }),
  }
}

/** Pods of a controller have no name yet. */
function podName(object: JsonObject): string {
  const metadata = member(object, 'metadata')
  const name = memberString(metadata, 'name')
  return name ?? `${memberString(metadata, 'generateName') ?? ''}*****`
}
