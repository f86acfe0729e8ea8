// The order of UTF-8 bytes, in which every identity sorts. JavaScript's own string order compares
// UTF-16 code units and differs for characters above U+FFFF.

export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for the highest characters, so they go behind U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** A copy whose keys are in bytewise order. */
export function sortedByKey<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareBytes(a, b)))
}

/** The canonical order of CBOR maps in RFC 7049: shorter keys first, in bytes. */
export function sortedByKeyLength<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  const encoder = new TextEncoder()
  return new Map(
    [...map]
      .map(([key, value]) => ({ key, value, length: encoder.encode(key).length }))
      .sort((a, b) => a.length - b.length || compareBytes(a.key, b.key))
      .map(({ key, value }) => [key, value]),
  )
}
