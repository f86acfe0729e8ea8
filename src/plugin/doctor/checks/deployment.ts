// The Deployment of the webhook: whether its pods are ready, and if not, why.

import { judgeDeployment, readDeployment } from '../../webhook/deployment.ts'
import { pods } from '../../../cluster/resources.ts'
import { podLabels, systemNamespace } from '../../webhook/installed-objects.ts'
import { readPod } from '../../webhook/pods.ts'
import { readList } from '../../webhook/read-object.ts'
import { findingOf, ok, unknown, type Check } from '../check.ts'

export const checkDeployment: Check = {
  name: 'deployment',
  run: async ({ client, facts }) => {
    const deployment = await facts.deployment()
    if (deployment.kind === 'unknown') {
      return unknown(`the Deployment of the webhook may not be read: ${deployment.why}`)
    }
    const place = { resource: pods, namespace: systemNamespace, labels: podLabels }
    const listed = await readList(client, place)
    const found = listed.kind === 'found' ? listed.items.map(readPod) : []
    const trouble = judgeDeployment(deployment, found)
    if (trouble !== undefined) return findingOf(trouble)
    if (deployment.kind === 'missing') return []
    const { ready, wanted } = readDeployment(deployment.object)
    return ok(`${ready} of ${wanted} pods of the webhook are ready`)
  },
}
