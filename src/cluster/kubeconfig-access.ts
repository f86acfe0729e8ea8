// Access as kubectl has it: kubeconfig files, their credential programs, and kubectl's flags on top.

import { existsSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { delimiter } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { withFlags, type AccessFlags } from './access-flags.ts'
import { noCluster } from './api-failure.ts'
import type { ClusterAccess, ClusterTls } from './cluster-access.ts'
import { isInCluster, readInClusterAccess } from './in-cluster-access.ts'

/** kubectl's flags; what is undefined was not given. */
export interface AccessOptions extends AccessFlags {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly kubeconfig?: string
  readonly context?: string
  readonly cluster?: string
  readonly user?: string
  readonly server?: string
}

/** @throws R2k8sError cluster-unreachable when it is not said how a cluster is reached */
export async function readKubeconfigAccess(
  options: AccessOptions,
): Promise<ClusterAccess> {
  const { env } = options
  const config = await loadConfig(options)
  if (config === undefined) {
    if (isInCluster(env) && options.server === undefined) {
      return withFlags(await readInClusterAccess({ env }), options)
    }
    throw noCluster('there is no kubeconfig')
  }
  const context = config.getContextObject(config.getCurrentContext())
  const cluster = config.getCurrentCluster()
  const server = options.server ?? cluster?.server
  if (server === undefined || server === '') {
    throw noCluster(`the context "${config.getCurrentContext()}" names no cluster`)
  }
  if (!/^https?:\/\//.test(server))
    throw noCluster(`${quoteAddress(server)} is no address of a server`)
  const material: RequestOptions = {}
  await attempt(() => config.applyToHTTPSOptions(material))
  const text = (value: unknown) =>
    typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined
  const ca = text(material.ca)
  const cert = text(material.cert)
  const key = text(material.key)
  const serverName = cluster?.tlsServerName
  const tls: ClusterTls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { serverName }),
    verify: cluster?.skipTLSVerify !== true,
  }
  let fresh: RequestOptions | undefined = material
  let reading: Promise<RequestOptions> | undefined
  const access: ClusterAccess = {
    server: server.replace(/\/+$/, ''),
    namespace: context?.namespace ?? 'default',
    tls,
    ...(cluster?.proxyUrl !== undefined && { proxy: cluster.proxyUrl }),
    credentials: async (renewed) => {
      if (renewed || fresh === undefined) {
        reading ??= attempt(async () => {
          const again: RequestOptions = {}
          await config.applyToHTTPSOptions(again)
          return again
        }).finally(() => (reading = undefined))
        fresh = await reading
      }
      return headersOf(fresh)
    },
  }
  const impersonated = config.getCurrentUser()?.impersonateUser
  return withFlags(access, options, impersonated ?? undefined)
}

/** client-node takes a good part of the program's start, so it is loaded when first needed. */
async function loadConfig(options: AccessOptions) {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  const { env, kubeconfig } = options
  const named = kubeconfig ?? env['KUBECONFIG'] ?? ''
  const home = env['HOME'] ?? env['USERPROFILE'] ?? ''
  const files = (named === '' ? [`${home}/.kube/config`] : named.split(delimiter))
    .filter((file) => file !== '')
    .filter((file) => kubeconfig !== undefined || existsSync(file))
  if (files.length === 0 && options.server === undefined) return undefined
  for (const [i, file] of files.entries()) {
    await attempt(() => {
      if (i === 0) config.loadFromFile(file)
      else {
        const other = new KubeConfig()
        other.loadFromFile(file)
        config.mergeConfig(other, true)
      }
      return Promise.resolve()
    })
  }
  if (files.length === 0)
    config.loadFromClusterAndUser(bareCluster(options), { name: 'user' })
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      throw noCluster(`there is no context "${options.context}" in the kubeconfig`)
    }
    config.setCurrentContext(options.context)
  }
  applyNames(config, options)
  return config
}

function bareCluster({ server = '' }: AccessOptions) {
  // client-node refuses plain HTTP, as of `kubectl proxy`, where TLS is to be verified.
  return { name: 'cluster', server, skipTLSVerify: server.startsWith('http:') }
}

interface Contexts {
  getCurrentContext(): string
  getContextObject(name: string): { cluster: string; user: string } | null
  getCluster(name: string): unknown
  getUser(name: string): unknown
}

/** `--cluster` and `--user` replace what the context names. */
function applyNames(config: Contexts, { cluster, user }: AccessOptions): void {
  const context = config.getContextObject(config.getCurrentContext())
  if (context === null) return
  if (cluster !== undefined) {
    if (config.getCluster(cluster) === null) {
      throw noCluster(`there is no cluster "${cluster}" in the kubeconfig`)
    }
    context.cluster = cluster
  }
  if (user !== undefined) {
    if (config.getUser(user) === null) {
      throw noCluster(`there is no user "${user}" in the kubeconfig`)
    }
    context.user = user
  }
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const made: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) made[name.toLowerCase()] = String(value)
  }
  if (typeof auth === 'string') {
    made['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`
  }
  return made
}

async function attempt<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof R2k8sError) throw error
    throw noCluster(error instanceof Error ? error.message : String(error), error)
  }
}
