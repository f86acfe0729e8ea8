// The header in front of a member's content, which has to say what the directory says.

import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import type { Spool } from './spool.ts'
import type { ZipMember } from './zip-directory.ts'
import { viewOf } from './zip-numbers.ts'

const headerBytes = 30

/** Offset of the content. The header's own lengths count: they need not be those of the directory. */
export function locateContent(member: ZipMember, spool: Spool): number {
  const { headerOffset, rawName } = member
  const head = viewOf(spool.read(headerOffset, headerBytes))
  const nameLength = head.getUint16(26, true)
  const isHeader = head.getUint32(0, true) === 0x04034b50
  const localName = rawTextOf(spool.read(headerOffset + headerBytes, nameLength))
  if (!isHeader || localName !== rawName) {
    throw corruptWare(`${quoteRaw(rawName)} does not stand where the zip archive says`)
  }
  if (!agrees(head, member)) {
    throw corruptWare(`the zip archive says two different things of ${quoteRaw(rawName)}`)
  }
  return headerOffset + headerBytes + nameLength + head.getUint16(28, true)
}

function agrees(head: DataView, member: ZipMember): boolean {
  const flags = head.getUint16(6, true)
  if ((flags & 1) !== 0) return false // encrypted
  if (head.getUint16(8, true) !== (member.method === 'stored' ? 0 : 8)) return false
  if ((flags & 8) !== 0) return true // checksum and sizes follow the content
  return (
    head.getUint32(14, true) === member.crc &&
    isSize(head.getUint32(18, true), member.compressedSize) &&
    isSize(head.getUint32(22, true), member.size)
  )
}

/** Large ones stand in an extra field. */
function isSize(stated: number, size: number): boolean {
  return stated === size || stated === 0xffff_ffff
}
