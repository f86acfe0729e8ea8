// A short hash to keep texts apart. No secret and no guarantee: where a clash would matter, compare.

/** FNV-1a, 32 bits, over every `step`-th UTF-16 code unit. */
export function hashText(text: string, step = 1): number {
  let hash = 0x811c9dc5 ^ text.length
  for (let i = 0; i < text.length; i += step) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}
