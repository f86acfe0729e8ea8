// After an installation that keeps its own certificates: what an earlier one with `--cert-manager` has
// left in the namespace, and nobody has a use for.

import type { ApiClient } from '../../cluster/api-client.ts'
import { member, memberString, type JsonObject } from '../../json.ts'
import type { Terminal } from '../terminal.ts'
import { readDeployment } from '../webhook/deployment.ts'
import { deploymentRef, registrationRef } from '../webhook/installed-objects.ts'
import { readObject } from '../webhook/read-object.ts'
import { readRegistration } from '../webhook/registration.ts'
import { askForCertManager, certManagerObjects } from './cert-manager-objects.ts'
import { kindOf, nameOf, refOf } from './kinds.ts'

/** Removes it and says so. What may not be removed stays, and that is said too. */
export async function leaveCertManager(
  client: ApiClient,
  terminal: Pick<Terminal, 'say'>,
): Promise<void> {
  const served = await askForCertManager(client)
  if (served.kind === 'refused') return
  if (await isInUse(client)) {
    terminal.say(
      'cert-manager keeps the certificate, as somebody else has set: kubectl apply -k?',
    )
    return
  }
  for (const object of certManagerObjects()) {
    if (kindOf(object) === 'Secret' && !(await isCertManagers(client, object))) continue
    const outcome = await client.remove(refOf(object), { propagation: 'Background' })
    if (outcome.kind === 'object') terminal.say(`${nameOf(object)} deleted`)
    else if (outcome.status !== 404)
      terminal.say(`${nameOf(object)} stays: ${outcome.message}`)
  }
}

/** Fields of Deployment and registration that another tool has set stay when we apply ours. */
async function isInUse(client: ApiClient): Promise<boolean> {
  const [deployment, registration] = await Promise.all([
    readObject(client, deploymentRef),
    readObject(client, registrationRef),
  ])
  const hasFiles =
    deployment.kind === 'found' && readDeployment(deployment.object).hasCertificateFiles
  const isInjected =
    registration.kind === 'found' &&
    readRegistration(registration.object)?.isCertManagers === true
  return hasFiles || isInjected
}

/** And not one of the same name that somebody has made by hand. */
async function isCertManagers(client: ApiClient, secret: JsonObject): Promise<boolean> {
  const found = await readObject(client, refOf(secret))
  if (found.kind !== 'found') return false
  const annotations = member(found.object['metadata'], 'annotations')
  return memberString(annotations, 'cert-manager.io/certificate-name') !== undefined
}
