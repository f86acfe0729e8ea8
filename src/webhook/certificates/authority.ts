// Certificate authorities of the webhook, and the certificates they sign. EC and SHA-256: Go refuses
// SHA-1, which selfsigned signs with unless told.

import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

export interface Authority {
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** When it became one, in milliseconds: it is trusted from a moment later. */
  readonly added: number
}

export interface Leaf {
  readonly cert: string
  readonly key: string
  readonly notAfter: number
  /** The certificate of the authority that signed it. */
  readonly signer: string
}

export const day = 24 * 3600 * 1000
export const authorityLife = 365 * day
export const leafLife = 7 * day
/** Clocks of other machines may be behind. */
const leeway = 3600 * 1000

const strong = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const

export async function makeAuthority(now: number): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: `r2k8s CA ${now}` }], {
    ...strong,
    notBeforeDate: new Date(now - leeway),
    notAfterDate: new Date(now + authorityLife),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert: made.cert, key: made.private, added: now }
}

/** @param names DNS names that it is for, at least one */
export async function signLeaf(
  authority: Authority,
  names: readonly string[],
  now: number,
): Promise<Leaf> {
  const notAfter = Math.min(now + leafLife, expiryOf(authority.cert))
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    ...strong,
    ca: { key: authority.key, cert: authority.cert },
    notBeforeDate: new Date(now - leeway),
    notAfterDate: new Date(notAfter),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
    ],
  })
  return { cert: made.cert, key: made.private, notAfter, signer: authority.cert }
}

/** In milliseconds. @throws when it is no certificate */
export function expiryOf(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo)
}
