// kubectl's flags that say how to reach a cluster and as whom, on top of what its configuration says.

import { readFileSync } from 'node:fs'
import { quote, R2k8sError } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'
import type { ClusterAccess, ClusterTls } from './cluster-access.ts'

/** What is undefined was not given. */
export interface AccessFlags {
  readonly namespace?: string
  readonly token?: string
  readonly as?: string
  readonly asUid?: string
  readonly asGroups?: readonly string[]
  readonly insecureSkipTlsVerify?: boolean
  /** Files, as the two below. */
  readonly certificateAuthority?: string
  readonly clientCertificate?: string
  readonly clientKey?: string
  readonly tlsServerName?: string
}

/**
 * @param impersonated whom the configuration has the user impersonate
 * @throws R2k8sError usage, and cluster-unreachable for files that cannot be read
 */
export function withFlags(
  access: ClusterAccess,
  flags: AccessFlags,
  impersonated?: string,
): ClusterAccess {
  const { token, as, asUid, asGroups = [], namespace } = flags
  const isNobody = as === undefined && impersonated === undefined
  if (isNobody && (asUid !== undefined || asGroups.length > 0)) {
    throw misused('--as-uid and --as-group say more of whom --as names: it is missing')
  }
  return {
    ...access,
    ...(namespace !== undefined && { namespace }),
    tls: withTlsFlags(access.tls, flags),
    credentials: async (renewed) => ({
      ...(await access.credentials(renewed && token === undefined)),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(as !== undefined && { 'impersonate-user': as }),
      ...(asUid !== undefined && { 'impersonate-uid': asUid }),
      ...(asGroups.length > 0 && { 'impersonate-group': [...asGroups] }),
    }),
  }
}

function withTlsFlags(tls: ClusterTls, flags: AccessFlags): ClusterTls {
  const { clientCertificate, clientKey, tlsServerName } = flags
  const ca = readNamed('--certificate-authority', flags.certificateAuthority)
  const cert = readNamed('--client-certificate', clientCertificate)
  const key = readNamed('--client-key', clientKey)
  const isHalf = (cert ?? tls.cert) === undefined || (key ?? tls.key) === undefined
  if (isHalf && (cert !== undefined || key !== undefined)) {
    throw misused('--client-certificate and --client-key go together')
  }
  return {
    ...tls,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(flags.insecureSkipTlsVerify === true && { verify: false }),
  }
}

function misused(why: string): R2k8sError {
  return new R2k8sError([{ code: 'usage', task: 'reach the cluster', why }])
}

function readNamed(flag: string, file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : readFileSync(file, 'utf8')
  } catch (error) {
    const task = `read what ${flag} names`
    const why = `${quote(file ?? '')}: ${explainSystemError(error)}`
    throw new R2k8sError([{ code: 'cluster-unreachable', task, why }], { cause: error })
  }
}
