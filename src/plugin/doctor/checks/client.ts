// This program: what runs it, and whether it is of the same version as the webhook.

import { readDeployment } from '../../webhook/deployment.ts'
import { R2k8sError } from '../../../errors.ts'
import { ok, warning, type Check, type Finding, type World } from '../check.ts'

export const checkClient: Check = {
  name: 'client',
  run: async (world) => clientFinding(world, await webhookVersion(world)),
}

/** Undefined when there is none, or it cannot be asked: other checks tell. */
async function webhookVersion({ facts }: World): Promise<string | undefined> {
  try {
    const deployment = await facts.deployment()
    if (deployment.kind !== 'found') return undefined
    return readDeployment(deployment.object).version
  } catch (error) {
    if (error instanceof R2k8sError) return undefined
    throw error
  }
}

export function clientFinding(
  { version, nodeVersion }: Pick<World, 'version' | 'nodeVersion'>,
  webhook: string | undefined,
): Finding {
  const own = `kubectl-r2k8s ${version} on Node ${nodeVersion}`
  if (webhook === undefined) return ok(own)
  if (webhook === version) return ok(`${own}; the webhook is of the same version`)
  return warning(
    `${own}; the webhook is ${webhook}: what each writes, the other may not know`,
    'bring the older one up to date: this program, or the webhook with "kubectl r2k8s install"',
  )
}
