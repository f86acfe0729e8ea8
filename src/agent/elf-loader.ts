// The loader that a dynamically linked program asks for (PT_INTERP of its ELF headers).

import type { RawText } from '../ware/entry.ts'
import { rawTextOf } from '../ware/raw-text.ts'

const interpreterSegment = 3

/** `undefined` when it needs none, or when the bytes given are too few to tell. */
export function readElfLoader(bytes: Uint8Array): RawText | undefined {
  if (bytes.length < 64) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wide = view.getUint8(4) === 2
  const little = view.getUint8(5) !== 2
  const word = (at: number) =>
    wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const table = word(wide ? 32 : 28)
  const entrySize = view.getUint16(wide ? 54 : 42, little)
  const count = view.getUint16(wide ? 56 : 44, little)
  const least = wide ? 56 : 32
  if (entrySize < least) return undefined
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize
    if (at + least > bytes.length) return undefined
    if (view.getUint32(at, little) !== interpreterSegment) continue
    const offset = word(at + (wide ? 8 : 4))
    const size = word(at + (wide ? 32 : 16))
    if (offset + size > bytes.length) return undefined
    return rawTextOf(bytes.subarray(offset, offset + size)).split('\0', 1)[0]
  }
  return undefined
}
