// Carries the checks out: side by side, told in their order.

import { R2k8sError } from '../../errors.ts'
import { checkAdmission } from './checks/admission.ts'
import { checkClient } from './checks/client.ts'
import { checkCluster } from './checks/cluster.ts'
import { checkDeployment } from './checks/deployment.ts'
import { checkFormulas } from './checks/formulas.ts'
import { checkImages } from './checks/images.ts'
import { checkNamespace } from './checks/namespace.ts'
import { checkNeighbours } from './checks/neighbours.ts'
import { checkPermissions } from './checks/permissions.ts'
import { checkPolicy } from './checks/policy.ts'
import { checkRegistration } from './checks/registration.ts'
import { checkSettings } from './checks/settings.ts'
import { checkWebhook } from './checks/webhook.ts'
import type { Check, Finding, World } from './check.ts'

export interface Result {
  readonly check: string
  readonly finding: Finding
}

/** Without an answer from the cluster, nothing that follows can be checked. */
const first = [checkClient, checkCluster]

const others: readonly Check[] = [
  checkPermissions,
  checkFormulas,
  checkSettings,
  checkDeployment,
  checkRegistration,
  checkPolicy,
  checkNamespace,
  checkWebhook,
  checkImages,
  checkAdmission,
  checkNeighbours,
]

export async function* runChecks(world: World): AsyncGenerator<Result> {
  let isReached = true
  for (const check of first) {
    for (const result of await runCheck(check, world)) {
      isReached &&= !isOutOfReach(result.finding)
      yield result
    }
  }
  if (!isReached) return
  const started = others.map((check) => runCheck(check, world))
  void Promise.allSettled(started) // they are awaited one after the other
  for (const results of started) yield* await results
}

function isOutOfReach(finding: Finding): boolean {
  return finding.status === 'failed' && finding.code === 'cluster-unreachable'
}

async function runCheck({ name, run }: Check, world: World): Promise<Result[]> {
  try {
    const found = await run(world)
    const findings: readonly Finding[] = 'status' in found ? [found] : found
    return findings.map((finding) => ({ check: name, finding }))
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    return [{ check: name, finding: failureOf(error) }]
  }
}

export function failureOf(error: R2k8sError): Finding {
  const [{ code, task, why, hints = [] }] = error.problems
  return { status: 'failed', code, text: `cannot ${task}: ${why}`, hints }
}
