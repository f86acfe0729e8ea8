// Numbers of a zip archive, little-endian.

import { corruptWare } from '../ware/ware-problems.ts'

export function readLarge(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true))
  if (!Number.isSafeInteger(value))
    throw corruptWare('a number of the zip archive is impossible')
  return value
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
