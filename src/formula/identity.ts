// From a CBOR value to the string that identifies a formula.

import { createHash } from 'node:crypto'
import { encodeBase58 } from '../ware/base58.ts'
import { encodeCbor, type CborValue } from './cbor.ts'

/** base58(sha384(CBOR)): the form of the legacy and Timeless identities. */
export function hashOfCbor(value: CborValue): string {
  return encodeBase58(sha384(encodeCbor(value)))
}

/** CIDv1, dag-cbor (0x71), sha2-384 (0x20), 48 bytes (0x30); `z` announces base58. */
export function cidOfCbor(value: CborValue): string {
  return `z${encodeBase58(Uint8Array.of(0x01, 0x71, 0x20, 0x30, ...sha384(encodeCbor(value))))}`
}

function sha384(bytes: Uint8Array): Uint8Array {
  return createHash('sha384').update(bytes).digest()
}

/** The entries that are there, in the order given. */
export function presentMembers(
  entries: readonly (readonly [string, CborValue | undefined])[],
): Map<string, CborValue> {
  const present = new Map<string, CborValue>()
  for (const [name, value] of entries) if (value !== undefined) present.set(name, value)
  return present
}

/** Go's `omitempty`: an empty text, list or map and `false` count as absent. */
export function unlessEmpty(value: CborValue | undefined): CborValue | undefined {
  if (value instanceof Map) return value.size === 0 ? undefined : value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  return value === '' || value === false ? undefined : value
}
