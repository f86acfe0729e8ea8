// The settings member `limits`: bytes may be written as Kubernetes writes quantities.

import { parseQuantity } from '../mutate/quantity.ts'
import { quote } from '../errors.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

export type WrittenLimits = Partial<
  Omit<UnpackLimits, 'bytes'> & { readonly bytes: number | string }
>

/** @param written valid against the schema */
export function readLimits({
  bytes: written,
  ...limits
}: WrittenLimits): { limits: Partial<UnpackLimits> } | { pointer: string; why: string } {
  if (written === undefined) return { limits }
  const bytes = typeof written === 'number' ? written : wholeBytes(written)
  if (bytes !== undefined) return { limits: { ...limits, bytes } }
  const why = `${quote(String(written))} is no whole number of bytes from 1 on`
  return { pointer: '/limits/bytes', why }
}

const billionths = 1_000_000_000n

function wholeBytes(written: string): number | undefined {
  const quantity = parseQuantity(written)
  if (quantity === undefined || quantity % billionths !== 0n) return undefined
  const bytes = Number(quantity / billionths)
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined
}
