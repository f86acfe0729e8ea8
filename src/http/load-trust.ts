// Certificates of an organisation of one's own, trusted besides those that Node trusts anyway.

import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { quote } from '../errors.ts'
import { HttpFailure } from '../http-exchange.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { Env } from './connections.ts'

/**
 * Made once for all connections, since reading all roots anew takes longer than a handshake.
 * `NODE_EXTRA_CA_CERTS` is among the default roots already.
 */
export function loadTrust(
  env: Env,
  caFiles: readonly string[],
): { secureContext?: SecureContext } {
  const named = env['R2K8S_CA_FILE'] ?? ''
  const files = [...caFiles, ...(named === '' ? [] : [named])]
  const extra = files.map((file) => readCertificates(file))
  const usual = env['SSL_CERT_FILE'] ?? ''
  // As with OpenSSL, which names a file there by default, it need not exist.
  const found = usual === '' ? undefined : readCertificates(usual, 'may be missing')
  if (found !== undefined) extra.push(found)
  const texts = extra.filter((text) => text !== undefined)
  if (texts.length === 0) return {}
  const ca = [...getCACertificates('default'), ...texts]
  return { secureContext: createSecureContext({ ca }) }
}

function readCertificates(file: string, missing?: 'may be missing'): string | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.includes('-----BEGIN ')) return text
  } catch (error) {
    if (missing !== undefined && systemErrorCode(error) === 'ENOENT') return undefined
    const why = explainSystemError(error)
    throw new HttpFailure(`the CA file ${quote(file)} cannot be read: ${why}`, false, {
      cause: error,
    })
  }
  throw new HttpFailure(`the CA file ${quote(file)} holds no PEM certificate`, false)
}
