// The webhook as a program: what it reads from the cluster, what it shows to the API server, and how
// it leaves without anybody noticing.

import { createApiClient, type ApiClient } from '../cluster/api-client.ts'
import { openConnection } from '../cluster/api-connection.ts'
import type { ClusterAccess } from '../cluster/cluster-access.ts'
import { pauseOnClock } from '../host/pause.ts'
import { defaultSettings } from '../mutate/settings.ts'
import { watchAdmissions } from './admission-watch.ts'
import type { Leaf } from './certificates/authority.ts'
import { readCaBundle } from './certificates/ca-bundle.ts'
import { followCertificateFiles } from './certificates/file-certificates.ts'
import { keepCertificates } from './certificates/keep-certificates.ts'
import { followCluster } from './follow-cluster.ts'
import { closePort, openPort } from './open-port.ts'
import { reasonOf, type Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { WebhookOptions } from './options.ts'
import { dialSelf, tellingLook } from './readiness.ts'
import { buildServer } from './server.ts'
import { buildStatusServer } from './status-server.ts'
import { createTlsPort } from './tls-port.ts'

export interface WebhookWorld {
  readonly access: ClusterAccess
  readonly log: Log
  readonly version: string
  /** Of the fetcher in pods, unless the settings name another. */
  readonly agentImage: string | undefined
  /** Comes when the program is to end. */
  readonly terminated: AbortSignal
}

/** The API server's own patience is 5 s; a formula that comes so late is told of in words. */
const formulaDeadline = 1_000
/** When nobody is to be asked any more: API servers hear of that within seconds. */
const shortDrain = 3_000

/**
 * Resolves once it has been terminated and nobody needs it any more.
 *
 * @throws R2k8sError usage when one of its ports cannot be had
 */
export async function runWebhook(
  options: WebhookOptions,
  { access, log, version, agentImage, terminated }: WebhookWorld,
): Promise<void> {
  const { namespace, service } = options
  const stopped = new AbortController()
  const { signal } = stopped
  const client = createApiClient(
    openConnection(access, { userAgent: `r2k8s-webhook/${version}` }),
  )
  const defaults = { ...defaultSettings(version), ...(agentImage && { agentImage }) }
  const cluster = followCluster({ client, namespace, defaults, log, signal })
  const metrics = createMetrics({
    formulas: cluster.formulas.size,
    cacheAge: cluster.age,
  })

  const isDraining = () => terminated.aborted
  const app = (leaf: Leaf) =>
    buildServer(
      { tls: leaf },
      {
        formulas: cluster.formulas,
        settings: cluster.settings,
        version,
        deadline: formulaDeadline,
        onBug: (error) => {
          log.error('this is a bug in r2k8s', { reason: reasonOf(error) })
        },
        watch: watchAdmissions(metrics, log),
        isDraining,
      },
    )
  const port = createTlsPort(options.port, app)
  const certificateOptions = {
    client,
    namespace,
    onLeaf: (leaf: Leaf) => {
      metrics.setCertificateExpiry(leaf.notAfter)
      log.info('certificate is shown', { until: new Date(leaf.notAfter).toISOString() })
      port.show(leaf)
    },
    onTrouble: (error: unknown) => {
      if (signal.aborted) return
      log.warn('cannot keep the certificate', { reason: reasonOf(error) })
    },
    signal,
  }
  const names = [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ]
  const certificates =
    options.files === undefined
      ? keepCertificates({ ...certificateOptions, ...options.checking, names })
      : followCertificateFiles({ ...certificateOptions, files: options.files })

  async function whyNotReady(): Promise<string | undefined> {
    const missing = cluster.missing()
    if (missing !== undefined) return missing
    const leaf = certificates.leaf()
    if (leaf === undefined) return 'there is no certificate yet'
    if (!certificates.isTrusted()) return 'the API server does not trust the certificate'
    const serverName = names[0] ?? service
    return await dialSelf({ port: options.port, serverName, ca: leaf.signer })
  }

  const look = tellingLook(whyNotReady, log)
  const status = buildStatusServer({
    whyNotReady: async () => (isDraining() ? 'it is about to end' : await look()),
    metrics,
  })
  try {
    await openPort(status, { port: options.statusPort, flag: '--status-port' })
    log.info('started', { version, namespace })
    await Promise.race([port.failed, untilAborted(terminated)])
    const drain = (await isRegistered(client)) ? options.drain : shortDrain
    log.info('ending', { afterSeconds: drain / 1000 })
    // The API server goes on using its connections for a while, whatever the endpoints say.
    await pauseOnClock(Math.min(drain, options.drain), undefined)
  } finally {
    stopped.abort()
    await Promise.all([port.close(), closePort(status), client.connection.close()])
    await Promise.all([cluster.done, certificates.done])
  }
  log.info('ended')
}

/** When it cannot be told, it may be. */
async function isRegistered(client: ApiClient): Promise<boolean> {
  try {
    return (await readCaBundle(client)) !== undefined
  } catch {
    return true
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve()
        },
        { once: true },
      )
  })
}
