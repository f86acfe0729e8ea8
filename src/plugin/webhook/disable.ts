// What `webhook disable` does: the registration goes, everything else of the installation stays.

import { rejected } from '../../cluster/api-failure.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { policyName, registrationRef } from './installed-objects.ts'
import { enableHint } from './registration.ts'
import { readSecondLook } from './second-look.ts'

export const registrationName =
  'mutatingwebhookconfiguration.admissionregistration.k8s.io/r2k8s'

export async function disableWebhook(
  flags: ClusterFlags,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { client, close } = await openCluster(flags, io, terminal)
  try {
    const outcome = await client.remove(registrationRef)
    if (outcome.kind === 'refused' && outcome.status !== 404) {
      throw rejected('take the webhook out of the way', outcome)
    }
    const done = outcome.kind === 'object' ? 'deleted' : 'unchanged: it is not there'
    terminal.say(`${registrationName} ${done}`)
    terminal.say(
      (await readSecondLook(client)) === 'lets-pass'
        ? `new pods that name a formula never start now: no policy ${policyName} refuses them`
        : 'new pods that name a formula are refused now; controllers try again until they are taken',
    )
    terminal.say('pods that run, and all pods without formulas, are untouched')
    terminal.say(`back again with: ${enableHint}`)
  } finally {
    await close()
  }
}
