// The extra fields of a zip member: sizes of zip64, owner, time.

import { corruptWare } from '../ware/ware-problems.ts'
import { readLarge, viewOf } from './zip-numbers.ts'

export interface ZipSizes {
  readonly size: number
  readonly compressedSize: number
  readonly headerOffset: number
}

export interface ExtraFields extends ZipSizes {
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** Modification time, unix seconds. */
  readonly seconds?: number
}

/** @param sizes as the header has them; 0xffffffff stands for "see the extra field" */
export function readExtraFields(extra: Uint8Array, sizes: ZipSizes): ExtraFields {
  const found = new Map<number, DataView>()
  for (let at = 0; at + 4 <= extra.length;) {
    const view = viewOf(extra.subarray(at))
    const length = view.getUint16(2, true)
    if (at + 4 + length > extra.length) break // some programs fill up with zeros or worse
    found.set(view.getUint16(0, true), viewOf(extra.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  const owner = readOwner(found.get(0x7875)) ?? readOldOwner(found.get(0x7855))
  const seconds = readTime(found.get(0x5455))
  return {
    ...readLargeSizes(found.get(0x0001), sizes),
    ...(owner !== undefined && { owner }),
    ...(seconds !== undefined && { seconds }),
  }
}

/** Only what does not fit into the header stands there, in this order. */
function readLargeSizes(field: DataView | undefined, sizes: ZipSizes): ZipSizes {
  let at = 0
  const next = (value: number): number => {
    if (value !== 0xffff_ffff) return value
    if (field === undefined || at + 8 > field.byteLength) {
      throw corruptWare('a member of the zip archive has no size')
    }
    at += 8
    return readLarge(field, at - 8)
  }
  const size = next(sizes.size)
  const compressedSize = next(sizes.compressedSize)
  return { size, compressedSize, headerOffset: next(sizes.headerOffset) }
}

/** Version 1, then length and bytes of either ID. */
function readOwner(field: DataView | undefined): ExtraFields['owner'] {
  if (field === undefined || field.byteLength < 3 || field.getUint8(0) !== 1)
    return undefined
  const uidSize = field.getUint8(1)
  if (2 + uidSize >= field.byteLength) return undefined
  const uid = readSized(field, 2, uidSize)
  const gid = readSized(field, 3 + uidSize, field.getUint8(2 + uidSize))
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function readSized(field: DataView, at: number, size: number): number | undefined {
  if (at + size > field.byteLength || size > 8) return undefined
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + field.getUint8(at + i)
  return value <= 0xffff_ffff ? value : undefined
}

function readOldOwner(field: DataView | undefined): ExtraFields['owner'] {
  if (field === undefined || field.byteLength < 4) return undefined
  return { uid: field.getUint16(0, true), gid: field.getUint16(2, true) }
}

/** The lowest flag says that the modification time comes first. */
function readTime(field: DataView | undefined): number | undefined {
  if (field === undefined || field.byteLength < 5 || (field.getUint8(0) & 1) === 0)
    return undefined
  return field.getInt32(1, true)
}
