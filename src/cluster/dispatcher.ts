// Connections to the API server, with its TLS material and through its proxy.

import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { ClusterAccess } from './cluster-access.ts'

/** @param timeout of connecting, in milliseconds */
export function makeDispatcher(access: ClusterAccess, timeout: number): Dispatcher {
  const { ca, cert, key, serverName, verify } = access.tls
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: verify,
    // Ends half-open connections under watches and streams that nobody writes to.
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  }
  const common = { allowH2: false, keepAliveTimeout: 60_000 }
  if (access.proxy !== undefined) {
    return new ProxyAgent({ ...common, uri: access.proxy, requestTls: tls, proxyTls: {} })
  }
  return new Agent({ ...common, connect: { ...tls, timeout } })
}
