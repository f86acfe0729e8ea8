// What `uninstall` does: everything goes that `install` brought, the registration first, so that at no
// moment a pod is refused for want of a webhook that is on its way out.

import { pathOf, type ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { formulas } from '../../cluster/resources.ts'
import { R2k8sError } from '../../errors.ts'
import { memberString, type JsonObject } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { adjustManifests } from './adjust-manifests.ts'
import { kindOf, nameOf, refOf } from './kinds.ts'
import { readManifests } from './manifests.ts'
import { waitFor } from './wait-for.ts'

export interface UninstallOptions extends ClusterFlags {
  readonly withFormulas?: boolean
  readonly wait: boolean
  readonly timeout: number
}

export async function uninstall(
  options: UninstallOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { client, close } = await openCluster(options, io, terminal)
  try {
    if (options.withFormulas !== true) await refuseIfUsed(client)
    const { signal } = io
    const until = Date.now() + options.timeout
    const objects = goingOrder()
    for (const object of objects) {
      const effect = await remove(client, object, signal)
      if (effect !== undefined) terminal.say(`${nameOf(object)} ${effect}`)
    }
    if (!options.wait) return
    terminal.say('waiting until all of it is gone')
    for (const object of objects) {
      const task = `delete ${nameOf(object)}`
      await waitFor(task, isGone(client, object), { client, until, signal })
    }
    terminal.say('r2k8s is not installed')
  } finally {
    await close()
  }
}

/** What holds the others back when it lives on goes first; the namespace takes the rest along. */
function goingOrder(): readonly JsonObject[] {
  const image = 'any'
  const all = adjustManifests(readManifests(), { image, certManager: false })
  const rank = (kind: string) =>
    ['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicyBinding'].includes(kind)
      ? 0
      : 1
  return all
    .map(({ object }) => object)
    .reverse()
    .sort((a, b) => rank(kindOf(a)) - rank(kindOf(b)))
}

async function remove(
  client: ApiClient,
  object: JsonObject,
  signal: AbortSignal,
): Promise<'deleted' | undefined> {
  const outcome = await client.remove(refOf(object), {
    propagation: 'Background',
    signal,
  })
  if (outcome.kind === 'object') return 'deleted'
  if (outcome.status === 404) return undefined
  throw rejected(`delete ${nameOf(object)}`, outcome)
}

function isGone(client: ApiClient, object: JsonObject) {
  return async () => {
    const found = await client.get(refOf(object))
    return found.kind === 'refused' ? undefined : { why: 'it is still there' }
  }
}

/** Formulas are users' own: with their kind, they would go as well. */
async function refuseIfUsed(client: ApiClient): Promise<void> {
  const first = await client.ask({
    method: 'GET',
    path: pathOf({ resource: formulas }),
    query: { limit: '1' }, // whether the kind is there; all of them are listed below
  })
  if (first.kind === 'refused') {
    if (first.status === 404) return
    throw rejected('list Formulas', first)
  }
  const { items } = await client.list({ resource: formulas })
  if (items.length === 0) return
  const namespaces = new Set(
    items.map(({ metadata }) => memberString(metadata, 'namespace') ?? ''),
  )
  const count = `${items.length} Formula${items.length === 1 ? '' : 's'} in ${[...namespaces].sort().join(', ')}`
  throw new R2k8sError([
    {
      code: 'rejected-by-cluster',
      task: 'uninstall',
      why: `${count} would be deleted too: pods that run go on, but none of them could start again`,
      hints: [
        'save them with "kubectl get formulas -A -o yaml"',
        'delete them along with --with-formulas',
      ],
    },
  ])
}
