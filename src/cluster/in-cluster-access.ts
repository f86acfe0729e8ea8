// Access for programs that run in a pod: what the kubelet puts there.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { explainSystemError } from '../system-error.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { unreachable } from './api-failure.ts'

const place = '/var/run/secrets/kubernetes.io/serviceaccount'
/** Tokens are bound to the pod and made anew in the file, usually every hour. */
const longestUse = 60_000

export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now?: () => number
  /** The mounted files; where the kubelet puts them unless told. */
  readonly directory?: string
}

export function isInCluster(env: InClusterOptions['env']): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== ''
}

/** @throws R2k8sError cluster-unreachable when the files are not there */
export async function readInClusterAccess({
  env,
  now = Date.now,
  directory = place,
}: InClusterOptions): Promise<ClusterAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const read = async (name: string): Promise<string> => {
    try {
      return await readFile(join(directory, name), 'utf8')
    } catch (error) {
      throw unreachable('read the service account', explainSystemError(error), error)
    }
  }
  let token = ''
  let readAt = -Infinity
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: (await read('namespace')).trim(),
    tls: { ca: await read('ca.crt'), verify: true },
    credentials: async (renewed) => {
      if (renewed || now() - readAt > longestUse) {
        token = (await read('token')).trim()
        readAt = now()
      }
      return { authorization: `Bearer ${token}` }
    },
  }
}
