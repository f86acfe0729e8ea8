// What `uninstall` does: everything goes that `install` brought, the registration first, so that at no
// moment a pod is refused for want of a webhook that is on its way out.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { R2k8sError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import { dryRunEndings, type DryRun } from '../dry-run.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { countFormulas } from './count-formulas.ts'
import { kindOf, nameOf, refOf } from './kinds.ts'
import { shippedObjects } from './shipped-objects.ts'
import { waitFor } from './wait-for.ts'

export interface UninstallOptions extends ClusterFlags {
  readonly withFormulas?: boolean
  readonly dryRun?: DryRun
  readonly wait: boolean
  readonly timeout: number
}

export async function uninstall(
  options: UninstallOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { dryRun = 'none', withFormulas = false } = options
  const { client, close } = await openCluster(options, io, terminal)
  try {
    const isTold = !withFormulas || dryRun !== 'none'
    const count = isTold ? await countFormulas(client) : undefined
    if (count !== undefined && !withFormulas) throw inUse(count)
    const { signal } = io
    const until = Date.now() + options.timeout
    const objects = goingOrder()
    const deleted = `deleted${dryRunEndings[dryRun]}`
    let isThere = false
    for (const object of objects) {
      if (!(await remove(client, object, { dryRun, signal }))) continue
      isThere = true
      terminal.say(`${nameOf(object)} ${deleted}`)
    }
    if (dryRun !== 'none') {
      if (count !== undefined) terminal.say(`${count} ${deleted}`)
      if (!isThere) terminal.say('r2k8s is not installed')
      return
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
  const rank = (kind: string) =>
    ['MutatingWebhookConfiguration', 'ValidatingAdmissionPolicyBinding'].includes(kind)
      ? 0
      : 1
  return shippedObjects(false)
    .reverse()
    .sort((a, b) => rank(kindOf(a)) - rank(kindOf(b)))
}

/** Whether it was there. A dry run of the client only looks. */
async function remove(
  client: ApiClient,
  object: JsonObject,
  { dryRun, signal }: { readonly dryRun: DryRun; readonly signal: AbortSignal },
): Promise<boolean> {
  const ref = refOf(object)
  const outcome =
    dryRun === 'client'
      ? await client.get(ref, signal)
      : await client.remove(ref, {
          propagation: 'Background',
          dryRun: dryRun === 'server',
          signal,
        })
  if (outcome.kind === 'object') return true
  if (outcome.status === 404) return false
  throw rejected(`delete ${nameOf(object)}`, outcome)
}

function isGone(client: ApiClient, object: JsonObject) {
  return async () => {
    const found = await client.get(refOf(object))
    return found.kind === 'refused' ? undefined : { why: 'it is still there' }
  }
}

function inUse(count: string): R2k8sError {
  return new R2k8sError([
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
