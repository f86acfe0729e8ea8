// Records → a tar archive, in ustar where that can say it, with pax headers where not (wares.md §5.1).

import { Buffer } from 'node:buffer'
import type { Entry, EntryKind, EntrySink, RawText } from '../entry.ts'
import { blockSize } from './tar-header.ts'

export interface TarWriter extends EntrySink {
  /** Writes what closes an archive. */
  readonly end: () => void
}

/** Entries are named `./…`, directories with a slash behind, as rio names them. */
export function createTarWriter(output: (chunk: Uint8Array) => void): TarWriter {
  let size = 0
  return {
    entry: (entry) => {
      size = entry.size
      const extension = paxRecordsOf(entry)
      if (extension !== '') {
        const name = './PaxHeaders/entry'
        output(headerOf({ ...blank, path: name, size: extension.length }, name, 'x'))
        output(Buffer.from(extension, 'latin1'))
        if (extension.length % blockSize > 0) output(fillUp(extension.length))
      }
      output(headerOf(entry, archiveName(entry), typeFlags[entry.kind]))
    },
    content: output,
    endFile: () => {
      if (size % blockSize > 0) output(fillUp(size))
    },
    end: () => {
      output(new Uint8Array(2 * blockSize))
    },
  }
}

const typeFlags: Readonly<Record<EntryKind, string>> = {
  file: '0',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
}

const blank: Entry = {
  path: '.',
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  seconds: 0,
  nanoseconds: 0,
  size: 0,
  target: '',
}

function archiveName({ path, kind }: Entry): RawText {
  if (path === '.') return kind === 'directory' ? './' : '.'
  return kind === 'directory' ? `./${path}/` : `./${path}`
}

function fillUp(length: number): Uint8Array {
  return new Uint8Array(-length & (blockSize - 1))
}

const largest7Digits = 0o7777777
const largest11Digits = 0o77777777777

/** What ustar's fields cannot say; the empty text when they can. */
function paxRecordsOf(entry: Entry): RawText {
  const { uid, gid, size, seconds, nanoseconds, target, xattrs } = entry
  let text = ''
  const name = archiveName(entry)
  if (splitName(name) === undefined) text += paxRecord('path', name)
  if (target.length > 100) text += paxRecord('linkpath', target)
  if (size > largest11Digits) text += paxRecord('size', String(size))
  if (uid > largest7Digits) text += paxRecord('uid', String(uid))
  if (gid > largest7Digits) text += paxRecord('gid', String(gid))
  if (nanoseconds > 0 || seconds < 0 || seconds > largest11Digits) {
    text += paxRecord('mtime', decimalTime(seconds, nanoseconds))
  }
  for (const key of [...(xattrs?.keys() ?? [])].sort()) {
    text += paxRecord(`SCHILY.xattr.${key}`, xattrs?.get(key) ?? '')
  }
  return text
}

/** The length counts its own digits. */
function paxRecord(key: RawText, value: RawText): RawText {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length
  }
  return `${length}${rest}`
}

function decimalTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds)
  const negative = seconds < 0
  const whole = negative ? -seconds - 1 : seconds
  const fraction = negative ? 1_000_000_000 - nanoseconds : nanoseconds
  const digits = String(fraction).padStart(9, '0').replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}.${digits}`
}

/** Into ustar's two fields, at a slash; `undefined` when that is impossible. */
function splitName(name: RawText): { prefix: RawText; name: RawText } | undefined {
  if (name.length <= 100) return { prefix: '', name }
  const from = Math.max(name.length - 101, 1)
  const slash = name.indexOf('/', from)
  if (slash < 0 || slash > 155 || slash >= name.length - 1) return undefined
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) }
}

function headerOf(entry: Entry, archived: RawText, type: string): Uint8Array {
  const { prefix, name } = splitName(archived) ?? {
    prefix: '',
    name: archived.slice(0, 100),
  }
  const front =
    text(name, 100) +
    octal(entry.mode, 8) +
    octal(entry.uid, 8) +
    octal(entry.gid, 8) +
    octal(entry.size, 12) +
    octal(entry.seconds, 12)
  const back =
    type +
    text(entry.target, 100) +
    'ustar\u000000' +
    '\0'.repeat(64) +
    octal(entry.device?.major ?? 0, 8) +
    octal(entry.device?.minor ?? 0, 8) +
    text(prefix, 155) +
    '\0'.repeat(12)
  const header = Buffer.from(`${front}        ${back}`, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

function text(value: RawText, length: number): RawText {
  return value.slice(0, length).padEnd(length, '\0')
}

/** 0 where the number does not fit: then a pax record says it. */
function octal(value: number, length: number): RawText {
  const digits = value < 0 ? '0' : value.toString(8)
  const fitting = digits.length < length ? digits : '0'
  return `${fitting.padStart(length - 1, '0')}\0`
}
