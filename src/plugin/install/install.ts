// What `install` does: apply what is missing or differs, wait until the webhook answers, say so.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { R2k8sError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { adjustManifests } from './adjust-manifests.ts'
import { applyObject, type Effect } from './apply-object.ts'
import { applySettings } from './apply-settings.ts'
import { askForCertManager } from './cert-manager-objects.ts'
import { kindOf, nameOf } from './kinds.ts'
import { leaveCertManager } from './leave-cert-manager.ts'
import { answers, isAvailable, servesKind } from './look.ts'
import { readManifests } from './manifests.ts'
import { waitFor, type Patience } from './wait-for.ts'

export interface InstallOptions extends ClusterFlags {
  readonly image?: string
  readonly baseImage?: string
  readonly certManager?: boolean
  readonly dryRun?: 'client' | 'none'
  /** False with `--no-wait`. */
  readonly wait: boolean
  /** In milliseconds. */
  readonly timeout: number
}

export async function install(
  options: InstallOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { baseImage, certManager = false } = options
  const manifests = adjustManifests(readManifests(), {
    image: options.image ?? `localhost/r2k8s:${io.version}`,
    ...(baseImage !== undefined && { baseImage }),
    certManager,
  })
  if (options.dryRun === 'client') {
    io.writeStdout(`${manifests.map(({ text }) => text).join('\n---\n')}\n`)
    return
  }
  const { client, close } = await openCluster(options, io, terminal)
  try {
    const patience = { client, until: Date.now() + options.timeout, signal: io.signal }
    if (certManager) await findCertManager(client)
    for (const { object } of manifests) {
      const effect = await bring(object, options, patience)
      terminal.say(`${nameOf(object)} ${effect}`)
    }
    if (!options.wait) return
    terminal.say('waiting until the webhook answers')
    const deployment = manifests.find(({ object }) => kindOf(object) === 'Deployment')
    if (deployment !== undefined) {
      await waitFor('start the webhook', isAvailable(client, deployment.object), patience)
    }
    await waitFor('reach the webhook', answers(client), patience)
    if (!certManager) await leaveCertManager(client, terminal)
    terminal.say('r2k8s is installed: pods may name formulas now')
  } finally {
    await close()
  }
}

async function bring(
  object: JsonObject,
  { baseImage }: InstallOptions,
  patience: Patience,
): Promise<Effect> {
  const { client, signal } = patience
  const kind = kindOf(object)
  if (kind === 'ConfigMap') {
    return await applySettings(client, object, {
      signal,
      ...(baseImage !== undefined && { baseImage }),
    })
  }
  const effect = await applyObject(client, object, signal)
  if (kind === 'CustomResourceDefinition') {
    await waitFor(`define ${nameOf(object)}`, servesKind(client, object), patience)
  }
  return effect
}

/** Before anything is changed. @throws R2k8sError when it is not there */
async function findCertManager(client: ApiClient): Promise<void> {
  const found = await askForCertManager(client)
  if (found.kind === 'object') return
  const task = 'leave the certificate to cert-manager'
  if (found.status !== 404) throw rejected(task, found)
  const why = 'cert-manager is not there'
  const hints = ['install cert-manager first, or leave --cert-manager out']
  throw new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints }])
}
