// The records of a zip archive as bytes, in zip64 where the numbers are too large for the old ones.

import { Buffer } from 'node:buffer'
import type { Entry, RawText } from '../ware/entry.ts'

export interface MemberHead {
  readonly entry: Entry
  readonly name: RawText
  /** With the type of the file. */
  readonly mode: number
  readonly offset: number
}

export interface WrittenMember extends MemberHead {
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
}

/** Flag 3: sizes and checksum follow the content. Names are bytes, of no encoding. */
const flags = 1 << 3
const deflated = 8
const stored = 0
/** Written by Unix, in version 4.5, which has zip64. */
const madeBy = (3 << 8) | 45
const largest = 0xffff_ffff

export function localHeader({ entry, name }: MemberHead): Uint8Array {
  const extra = Buffer.concat([timeField(entry), ownerField(entry)])
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(isLarge(entry.size) ? 45 : 20, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt16LE(methodOf(entry), 8)
  writeDosTime(head, 10, entry.seconds)
  head.writeUInt16LE(name.length, 26)
  const large = isLarge(entry.size) ? largeField([0, 0]) : Buffer.alloc(0)
  head.writeUInt16LE(extra.length + large.length, 28)
  return Buffer.concat([head, Buffer.from(name, 'latin1'), large, extra])
}

/** Deflate never makes anything much larger, so the size of the content decides on the form. */
function isLarge(size: number): boolean {
  return size > largest - 16 * 1024 * 1024
}

/** Contents that are empty, directories and the like have no deflate stream. */
function methodOf({ kind, size }: Entry): number {
  return size > 0 || kind === 'symlink' ? deflated : stored
}

export function dataDescriptor({
  entry,
  crc,
  size,
  compressedSize,
}: WrittenMember): Uint8Array {
  const large = isLarge(entry.size)
  const bytes = Buffer.alloc(large ? 24 : 16)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc, 4)
  if (large) {
    bytes.writeBigUInt64LE(BigInt(compressedSize), 8)
    bytes.writeBigUInt64LE(BigInt(size), 16)
  } else {
    bytes.writeUInt32LE(compressedSize, 8)
    bytes.writeUInt32LE(size, 12)
  }
  return bytes
}

export function centralHeader(member: WrittenMember): Uint8Array {
  const { entry, name, mode, offset, crc, size, compressedSize } = member
  const needsLarge = isLarge(entry.size) || offset >= largest
  const large = needsLarge ? largeField([size, compressedSize, offset]) : Buffer.alloc(0)
  const extra = Buffer.concat([large, timeField(entry), ownerField(entry)])
  const head = Buffer.alloc(46)
  head.writeUInt32LE(0x02014b50, 0)
  head.writeUInt16LE(madeBy, 4)
  head.writeUInt16LE(needsLarge ? 45 : 20, 6)
  head.writeUInt16LE(flags, 8)
  head.writeUInt16LE(methodOf(entry), 10)
  writeDosTime(head, 12, entry.seconds)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(needsLarge ? largest : compressedSize, 20)
  head.writeUInt32LE(needsLarge ? largest : size, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt16LE(extra.length, 30)
  head.writeUInt32LE((mode << 16) >>> 0, 38)
  head.writeUInt32LE(needsLarge ? largest : offset, 42)
  return Buffer.concat([head, Buffer.from(name, 'latin1'), extra])
}

export interface DirectoryPlace {
  readonly count: number
  readonly offset: number
  readonly size: number
}

export function endRecords({ count, offset, size }: DirectoryPlace): Uint8Array {
  const needsLarge = count >= 0xffff || offset >= largest || size >= largest
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, 0xffff), 8)
  end.writeUInt16LE(Math.min(count, 0xffff), 10)
  end.writeUInt32LE(Math.min(size, largest), 12)
  end.writeUInt32LE(Math.min(offset, largest), 16)
  if (!needsLarge) return end
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  record.writeUInt16LE(madeBy, 12)
  record.writeUInt16LE(45, 14)
  record.writeBigUInt64LE(BigInt(count), 24)
  record.writeBigUInt64LE(BigInt(count), 32)
  record.writeBigUInt64LE(BigInt(size), 40)
  record.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([record, locator, end])
}

function largeField(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + values.length * 8)
  field.writeUInt16LE(0x0001, 0)
  field.writeUInt16LE(values.length * 8, 2)
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + i * 8))
  return field
}

/** 32 bits of unix seconds. */
function timeField({ seconds }: Entry): Buffer {
  const field = Buffer.alloc(9)
  field.writeUInt16LE(0x5455, 0)
  field.writeUInt16LE(5, 2)
  field.writeUInt8(1, 4)
  field.writeInt32LE(seconds, 5)
  return field
}

function ownerField({ uid, gid }: Entry): Buffer {
  const field = Buffer.alloc(15)
  field.writeUInt16LE(0x7875, 0)
  field.writeUInt16LE(11, 2)
  field.writeUInt8(1, 4)
  field.writeUInt8(4, 5)
  field.writeUInt32LE(uid, 6)
  field.writeUInt8(4, 10)
  field.writeUInt32LE(gid, 11)
  return field
}

/** Two seconds exact, from 1980 to 2107. */
function writeDosTime(bytes: Buffer, at: number, seconds: number): void {
  const earliest = Date.UTC(1980, 0, 1) / 1000
  const latest = Date.UTC(2107, 11, 31) / 1000
  const date = new Date(Math.min(Math.max(seconds, earliest), latest) * 1000)
  const [hour, minute, second] = [
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ]
  const [year, month, day] = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
  ]
  bytes.writeUInt16LE((hour << 11) | (minute << 5) | (second >> 1), at)
  bytes.writeUInt16LE(((year - 1980) << 9) | ((month + 1) << 5) | day, at + 2)
}
