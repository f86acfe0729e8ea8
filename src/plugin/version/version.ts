// What `version` does: this program, the webhook and the API server, as far as each can be asked.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { R2k8sError } from '../../errors.ts'
import { memberString, type JsonObject } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { printColumns } from '../print-table.ts'
import { printValue, type OutputForm } from '../print-value.ts'
import type { Terminal } from '../terminal.ts'
import { readDeployment } from '../webhook/deployment.ts'
import { deploymentRef } from '../webhook/installed-objects.ts'
import { readObject } from '../webhook/read-object.ts'

export interface VersionOptions extends ClusterFlags {
  /** Asks no cluster. */
  readonly client?: boolean
  readonly output?: OutputForm
}

/** @throws R2k8sError after what is known has been printed */
export async function showVersions(
  options: VersionOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const client = { clientVersion: { version: io.version } }
  const { output } = options
  let cluster: ClusterVersions | undefined
  let failure: R2k8sError | undefined
  if (options.client !== true) {
    try {
      cluster = await askCluster(options, io, terminal)
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      failure = error
    }
  }
  const versions = { ...client, ...cluster }
  io.writeStdout(
    output === undefined ? print(versions) : printValue(valueOf(versions), output),
  )
  if (failure !== undefined) throw failure
}

interface ClusterVersions {
  readonly webhook: WebhookVersion
  /** As the server tells it. */
  readonly serverVersion: JsonObject
}

type WebhookVersion =
  | { readonly kind: 'installed'; readonly version?: string; readonly image: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown'; readonly why: string }

async function askCluster(
  flags: ClusterFlags,
  io: Io,
  terminal: Terminal,
): Promise<ClusterVersions> {
  const { client, close } = await openCluster(flags, io, terminal)
  try {
    const [server, webhook] = await Promise.all([
      client.ask({ method: 'GET', path: '/version' }),
      askWebhookVersion(client),
    ])
    if (server.kind === 'refused') throw rejected('ask for the version', server)
    return { webhook, serverVersion: server.object }
  } finally {
    await close()
  }
}

async function askWebhookVersion(client: ApiClient): Promise<WebhookVersion> {
  const reading = await readObject(client, deploymentRef)
  if (reading.kind !== 'found') return reading
  const { version, image } = readDeployment(reading.object)
  return { kind: 'installed', ...(version !== undefined && { version }), image }
}

type Versions = {
  readonly clientVersion: { readonly version: string }
} & Partial<ClusterVersions>

function print({ clientVersion, webhook, serverVersion }: Versions): string {
  const lines = [`Client Version: ${clientVersion.version}`]
  if (webhook !== undefined) lines.push(`Webhook Version: ${wordOf(webhook)}`)
  if (serverVersion !== undefined) {
    lines.push(
      `Server Version: ${memberString(serverVersion, 'gitVersion') ?? 'unknown'}`,
    )
  }
  return lines.map((line) => printColumns([[line]])).join('')
}

function wordOf(webhook: WebhookVersion): string {
  if (webhook.kind === 'missing') return 'not installed'
  if (webhook.kind === 'unknown') return `unknown: ${webhook.why}`
  return webhook.version ?? `unknown: the image is ${webhook.image}`
}

/** What is not known is left out. */
function valueOf({ clientVersion, webhook, serverVersion }: Versions): JsonObject {
  const installed = webhook?.kind === 'installed' ? webhook : undefined
  return {
    clientVersion,
    ...(installed !== undefined && {
      webhookVersion: {
        ...(installed.version !== undefined && { version: installed.version }),
        image: installed.image,
      },
    }),
    ...(serverVersion !== undefined && { serverVersion }),
  }
}
