// The metadata of one record in CBOR, as both hash spaces have it (wares.md §3.2, §4). Bytes are
// texts with one character per byte: gluing such texts is much faster than gluing buffers.

import type { Entry, EntryKind, RawText } from './entry.ts'

/** @param name the base name, `.` for the root */
export type EncodeMetadata = (entry: Entry, name: RawText) => RawText

const typeLetters: Readonly<Record<EntryKind, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'L',
  fifo: 'p',
  'block-device': 'D',
  'character-device': 'c',
}

export const encodeMetadata: EncodeMetadata = (entry, name) => {
  const { kind, mode, uid, gid, target, device, seconds, nanoseconds } = entry
  return (
    mapHead(7, entry) +
    cborText('n') +
    cborText(name) +
    cborText('t') +
    cborText(typeLetters[kind]) +
    cborText('p') +
    cborInteger(mode & 0o7777) +
    cborText('u') +
    cborInteger(uid) +
    cborText('g') +
    cborInteger(gid) +
    (target === '' ? '' : cborText('l') + cborText(target)) +
    deviceNumbers(device) +
    cborText('m') +
    cborInteger(seconds) +
    cborText('mn') +
    cborInteger(nanoseconds) +
    attributes(entry)
  )
}

const typeBytes: Readonly<Record<EntryKind, number>> = {
  file: 48,
  symlink: 50,
  'character-device': 51,
  'block-device': 52,
  directory: 53,
  fifo: 54,
}

export const encodeLegacyMetadata: EncodeMetadata = (entry, name) => {
  const { kind, mode, uid, gid, target, device, seconds, nanoseconds } = entry
  return (
    mapHead(7, entry) +
    cborText('n') +
    cborText(name) +
    cborText('t') +
    cborInteger(typeBytes[kind]) +
    cborText('m') +
    cborInteger(mode & 0o7777) +
    cborText('u') +
    cborInteger(uid) +
    cborText('g') +
    cborInteger(gid) +
    cborText('tm') +
    cborInteger(seconds) +
    cborText('tmn') +
    cborInteger(nanoseconds) +
    (target === '' ? '' : cborText('l') + cborText(target)) +
    deviceNumbers(device) +
    attributes(entry)
  )
}

function mapHead(members: number, { target, device, xattrs }: Entry): RawText {
  const more =
    (target === '' ? 0 : 1) +
    (device === undefined ? 0 : 2) +
    (hasAttributes(xattrs) ? 1 : 0)
  return cborHead(5, members + more)
}

function deviceNumbers(device: Entry['device']): RawText {
  if (device === undefined) return ''
  const { major, minor } = device
  return cborText('dM') + cborInteger(major) + cborText('dm') + cborInteger(minor)
}

function hasAttributes(xattrs: Entry['xattrs']): boolean {
  return xattrs !== undefined && xattrs.size > 0
}

function attributes({ xattrs }: Entry): RawText {
  if (xattrs === undefined || xattrs.size === 0) return ''
  let bytes = cborText('x') + cborHead(5, xattrs.size)
  for (const key of [...xattrs.keys()].sort()) {
    bytes += cborText(key) + cborText(xattrs.get(key) ?? '')
  }
  return bytes
}

/** Raw bytes stand in it as they are, valid UTF-8 or not, as rio writes them. */
export function cborText(text: RawText): RawText {
  return cborHead(3, text.length) + text
}

export function cborInteger(value: number): RawText {
  return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
}

/** Major type and argument, in as few bytes as possible. */
export function cborHead(major: number, argument: number): RawText {
  const type = major << 5
  if (argument < 24) return String.fromCharCode(type | argument)
  if (argument < 0x100) return String.fromCharCode(type | 24, argument)
  if (argument < 0x1_0000) {
    return String.fromCharCode(type | 25, argument >> 8, argument & 0xff)
  }
  if (argument < 0x1_0000_0000)
    return String.fromCharCode(type | 26) + fourBytes(argument)
  const high = Math.floor(argument / 0x1_0000_0000)
  return String.fromCharCode(type | 27) + fourBytes(high) + fourBytes(argument >>> 0)
}

function fourBytes(value: number): RawText {
  return String.fromCharCode(
    (value >>> 24) & 0xff,
    (value >>> 16) & 0xff,
    (value >>> 8) & 0xff,
    value & 0xff,
  )
}
