// The cluster that a command is about, as the user's kubeconfig and flags name it.

import { createApiClient, type ApiClient } from '../../cluster/api-client.ts'
import { openConnection } from '../../cluster/api-connection.ts'
import { readKubeconfigAccess } from '../../cluster/kubeconfig-access.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'

export interface OpenCluster {
  readonly client: ApiClient
  /** Of `-n`, else of the context. */
  readonly namespace: string
  readonly close: () => Promise<void>
}

/** The level from which kubectl tells requests, too. */
const tellsRequests = 6

/** @throws R2k8sError cluster-unreachable when it is not said where the cluster is */
export async function openCluster(
  flags: ClusterFlags,
  io: Io,
  terminal: Terminal,
): Promise<OpenCluster> {
  const { asGroup, requestTimeout, v = 0, ...named } = flags
  const access = await readKubeconfigAccess({
    env: io.env,
    ...pick(named),
    ...(asGroup !== undefined && { asGroups: asGroup }),
  })
  const connection = openConnection(access, {
    userAgent: `kubectl-r2k8s/${io.version}`,
    ...(requestTimeout !== undefined && { timeout: requestTimeout }),
    ...(v >= tellsRequests && {
      onExchange: ({ method, path, status, milliseconds }) => {
        terminal.say(`${method} ${path} ${status} in ${milliseconds.toFixed(0)} ms`)
      },
    }),
  })
  return {
    client: createApiClient(connection),
    namespace: access.namespace,
    close: connection.close,
  }
}

/** Commander's flags of other commands stay out of it. */
function pick(flags: Omit<ClusterFlags, 'asGroup' | 'requestTimeout' | 'v'>) {
  const { kubeconfig, context, cluster, user, namespace, server, token } = flags
  const { as, asUid, insecureSkipTlsVerify, certificateAuthority } = flags
  const { clientCertificate, clientKey, tlsServerName } = flags
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(cluster !== undefined && { cluster }),
    ...(user !== undefined && { user }),
    ...(namespace !== undefined && { namespace }),
    ...(server !== undefined && { server }),
    ...(token !== undefined && { token }),
    ...(as !== undefined && { as }),
    ...(asUid !== undefined && { asUid }),
    ...(insecureSkipTlsVerify !== undefined && { insecureSkipTlsVerify }),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    ...(clientCertificate !== undefined && { clientCertificate }),
    ...(clientKey !== undefined && { clientKey }),
    ...(tlsServerName !== undefined && { tlsServerName }),
  }
}
