// Numbers of a tar header: octal digits, or base 256 where those do not suffice.

import type { RawText } from '../entry.ts'
import { corruptWare } from '../ware-problems.ts'

/** @throws R2k8sError ware-corrupt for anything that is no whole number of at most 2⁵³ */
export function readNumber(field: RawText, what: string): number {
  const first = field.charCodeAt(0)
  if (first >= 0x80) return readBase256(field, what)
  // Padded in front with spaces or zeros, behind with spaces or NULs; empty is 0.
  let at = 0
  while (field.charCodeAt(at) === 0x20) at++
  let value = 0
  for (; at < field.length; at++) {
    const digit = field.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  for (; at < field.length; at++) {
    const code = field.charCodeAt(at)
    if (code !== 0x20 && code !== 0)
      throw corruptWare(`a tar header has no valid ${what}`)
  }
  return checked(value, what)
}

/** Two's complement, the highest bit marking the form. */
function readBase256(field: RawText, what: string): number {
  const first = field.charCodeAt(0)
  const negative = (first & 0x40) !== 0
  let value = negative ? -1n : 0n
  value = (value << 6n) | BigInt(first & 0x3f)
  for (let i = 1; i < field.length; i++)
    value = (value << 8n) | BigInt(field.charCodeAt(i))
  return checked(Number(value), what)
}

function checked(value: number, what: string): number {
  if (!Number.isSafeInteger(value))
    throw corruptWare(`a tar header has an impossible ${what}`)
  return value
}

/** Decimal digits alone, as pax records have them. */
export function readDecimal(text: RawText, what: string): number {
  if (!/^[0-9]{1,16}$/.test(text)) throw corruptWare(`a pax header has no valid ${what}`)
  return checked(Number(text), what)
}

/** Seconds with a fraction: `-100.25` is second −101 and 750000000 nanoseconds. */
export function readPaxTime(text: RawText): { seconds: number; nanoseconds: number } {
  const match = /^(-?)([0-9]{1,16})(?:\.([0-9]*))?$/.exec(text)
  if (match === null) throw corruptWare('a pax header has no valid mtime')
  const [, sign, whole, fraction = ''] = match
  const seconds = checked(Number(whole), 'mtime')
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'))
  if (sign === '') return { seconds, nanoseconds }
  if (nanoseconds === 0) return { seconds: seconds === 0 ? 0 : -seconds, nanoseconds }
  return { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds }
}
