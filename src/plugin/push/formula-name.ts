// The name of a pushed Formula: what people call it, and what it is.

import { basename } from 'node:path'
import type { Formula } from '../../formula/formula.ts'
import { decodeBase58 } from '../../ware/base58.ts'

/** Longest name of a Formula, as it becomes part of an image reference (admission.md §2.1). */
const longestName = 245
const digestBytes = 48
/** Eight characters of base32. */
const suffixBytes = 5

/**
 * The stem of the file and eight characters of the ID: a changed formula is a new image string and
 * rolls the workload out. They stand for the first 40 bits of the digest that the ID ends with, not
 * of the ID itself: Warpforge's begin with four bytes that are the same for all of them.
 * @example
 * nameFormula('deploy/Web_1.formula', formula) // 'web-1-h4krbgtd'
 */
export function nameFormula(file: string, { dialect, id }: Formula): string {
  const decoded = decodeBase58(dialect === 'warpforge' ? id.slice(1) : id)
  const digest = (decoded ?? new Uint8Array()).slice(-digestBytes)
  const suffix = `-${base32(digest.subarray(0, suffixBytes))}`
  return `${stemOf(file)
    .slice(0, longestName - suffix.length)
    .replace(/[-.]+$/, '')}${suffix}`
}

/** As far as it can stand in a name: a DNS-1123 subdomain. */
export function stemOf(file: string): string {
  const stem = basename(file)
    .replace(/(?<=.)(\.(formula|json|ya?ml))+$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split('.')
    .map((label) => label.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''))
    .filter((label) => label !== '')
    .join('.')
  return stem === '' ? 'formula' : stem
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 in lower case. Five bytes come out even. */
function base32(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: (bytes.length * 8) / 5 }, (_, i) => {
    const shift = BigInt(bytes.length * 8 - 5 * (i + 1))
    return alphabet.charAt(Number((bits >> shift) & 31n))
  }).join('')
}
