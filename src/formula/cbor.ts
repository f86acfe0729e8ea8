// CBOR as the identities need it: definite lengths, shortest heads, text and maps of text.

export type CborValue =
  | string
  | number
  | boolean
  | null
  | readonly CborValue[]
  /** Encoded in the order of the map: each dialect sorts by its own rule. */
  | ReadonlyMap<string, CborValue>

export function encodeCbor(value: CborValue): Uint8Array {
  const parts: Uint8Array[] = []
  write(parts, value)
  return concat(parts)
}

const unsigned = 0
const negative = 1
const text = 3
const list = 4
const map = 5

function write(parts: Uint8Array[], value: CborValue): void {
  if (value === null) parts.push(Uint8Array.of(0xf6))
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 0xf5 : 0xf4))
  else if (typeof value === 'number') writeInteger(parts, value)
  else if (typeof value === 'string') writeText(parts, value)
  else if (value instanceof Map) writeMap(parts, value)
  else if (isList(value)) {
    parts.push(head(list, value.length))
    for (const item of value) write(parts, item)
  }
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value)
}

function writeMap(parts: Uint8Array[], value: ReadonlyMap<string, CborValue>): void {
  parts.push(head(map, value.size))
  for (const [key, item] of value) {
    writeText(parts, key)
    write(parts, item)
  }
}

function writeText(parts: Uint8Array[], value: string): void {
  const bytes = new TextEncoder().encode(value)
  parts.push(head(text, bytes.length), bytes)
}

function writeInteger(parts: Uint8Array[], value: number): void {
  if (!Number.isSafeInteger(value)) throw new Error(`not an integer for CBOR: ${value}`)
  parts.push(value < 0 ? head(negative, -1 - value) : head(unsigned, value))
}

/** Major type and argument, the argument in as few bytes as possible. */
function head(major: number, argument: number): Uint8Array {
  const type = major << 5
  if (argument < 24) return Uint8Array.of(type | argument)
  if (argument < 0x100) return Uint8Array.of(type | 24, argument)
  if (argument < 0x1_0000) return Uint8Array.of(type | 25, argument >> 8, argument & 0xff)
  const wide = argument >= 0x1_0000_0000
  const bytes = new Uint8Array(wide ? 9 : 5)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, type | (wide ? 27 : 26))
  if (wide) view.setBigUint64(1, BigInt(argument))
  else view.setUint32(1, argument)
  return bytes
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
