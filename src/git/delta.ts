// Objects written as the difference to another one: copies from a base, and new bytes.

import { corruptWare } from '../ware/ware-problems.ts'
import { piecesOf, type Content } from './content.ts'

export interface DeltaReader {
  /** In bytes. */
  readonly baseSize: number
  readonly resultSize: number
  /** @throws R2k8sError ware-corrupt for a delta that does not fit the base */
  readonly apply: (base: Content, write: (chunk: Uint8Array) => void) => void
}

/** The delta is read while it is applied. */
export function readDelta(delta: Content): DeltaReader {
  const cursor = createCursor(delta)
  const baseSize = readSize(cursor)
  const resultSize = readSize(cursor)
  return {
    baseSize,
    resultSize,
    apply: (base, write) => {
      if (base.size !== baseSize) throw broken('is for a base of another size')
      while (!cursor.isAtEnd()) applyNext(cursor, base, write)
    },
  }
}

function applyNext(cursor: Cursor, base: Content, write: (chunk: Uint8Array) => void) {
  const instruction = cursor.byte()
  if (instruction === 0) throw broken('has an unknown instruction')
  if ((instruction & 0x80) === 0) {
    write(cursor.take(instruction))
    return
  }
  let offset = 0
  let length = 0
  for (let i = 0; i < 4; i++) {
    if ((instruction & (1 << i)) !== 0) offset += cursor.byte() * 2 ** (8 * i)
  }
  for (let i = 0; i < 3; i++) {
    if ((instruction & (0x10 << i)) !== 0) length += cursor.byte() * 2 ** (8 * i)
  }
  if (length === 0) length = 0x10000
  if (offset + length > base.size) throw broken('copies from behind the end of its base')
  for (const piece of piecesOf(base, offset, offset + length)) write(piece)
}

interface Cursor {
  readonly isAtEnd: () => boolean
  readonly byte: () => number
  readonly take: (length: number) => Buffer
}

const windowSize = 64 * 1024

function createCursor(content: Content): Cursor {
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0
  let at = 0

  function take(length: number): Buffer {
    if (at + length > content.size) throw broken('ends early')
    if (at + length > windowStart + window.length) {
      windowStart = at
      window = content.read(at, Math.min(windowSize, content.size - at))
    }
    const start = at - windowStart
    at += length
    return window.subarray(start, start + length)
  }

  return { isAtEnd: () => at >= content.size, take, byte: () => take(1)[0] ?? 0 }
}

/** Seven bits a byte, the lowest first. */
function readSize(cursor: Cursor): number {
  let size = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = cursor.byte()
    size += (byte & 0x7f) * factor
    if (!Number.isSafeInteger(size)) throw broken('announces an impossible size')
    if ((byte & 0x80) === 0) return size
  }
}

function broken(why: string) {
  return corruptWare(`a delta of git ${why}`)
}
