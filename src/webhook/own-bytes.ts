// Bytes that are kept for long.

/** A copy in memory of its own: small Buffers share a slab, which stays as long as one of them. */
export function ownBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}
