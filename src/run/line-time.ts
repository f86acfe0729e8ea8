// The time in front of a line of a log: `2026-01-01T10:00:00.123456789Z `, or with an offset.

import type { LineTime } from './line-memory.ts'

/** With its space. */
export const longestTime = '2026-01-01T10:00:00.123456789+00:00 '.length

export interface ReadTime extends LineTime {
  /** Bytes of the time and the space behind it. */
  readonly length: number
}

/**
 * Reads one time after the other; most are of the same second as the one before.
 * @returns undefined where no time stands: in what the kubelet itself writes into a log
 */
export function createTimeReader(): (
  bytes: Uint8Array,
  at: number,
) => ReadTime | undefined {
  const prefix = new Uint8Array(secondLength)
  let second = 0

  return (bytes, at) => {
    const space = spaceBehind(bytes, at)
    if (space < 0) return undefined
    if (!isSame(bytes, at, prefix)) {
      const read = readSecond(bytes, at)
      if (read === undefined) return undefined
      prefix.set(bytes.subarray(at, at + secondLength))
      second = read
    }
    let nanos = 0
    let digit = at + secondLength
    if (bytes[digit] === dot) {
      let weight = 100_000_000
      for (digit++; isDigit(bytes[digit]); digit++) {
        nanos += ((bytes[digit] ?? zero) - zero) * weight
        weight = Math.floor(weight / 10)
      }
    }
    const length = space + 1 - at
    if (bytes[digit] === letterZ) return { second, nanos, length }
    const away = readOffset(bytes, digit, space)
    return away === undefined ? undefined : { second: second - away, nanos, length }
  }
}

const secondLength = '2026-01-01T10:00:00'.length
const dot = 0x2e
const zero = 0x30
const letterZ = 0x5a
const plus = 0x2b
const minus = 0x2d
const colon = 0x3a

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= zero + 9
}

function spaceBehind(bytes: Uint8Array, at: number): number {
  const end = Math.min(bytes.length, at + longestTime)
  for (let i = at + secondLength; i < end; i++) if (bytes[i] === 0x20) return i
  return -1
}

function isSame(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  // From behind: the last digit of the second changes most.
  for (let i = secondLength - 1; i >= 0; i--)
    if (bytes[at + i] !== prefix[i]) return false
  return true
}

function readSecond(bytes: Uint8Array, at: number): number | undefined {
  const text = Buffer.from(bytes.subarray(at, at + secondLength)).toString('latin1')
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return undefined
  const milliseconds = Date.parse(`${text}Z`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** Seconds of `+02:00`. Many nodes write their local time, so it stands in every line. */
function readOffset(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (end - at !== 6 || bytes[at + 3] !== colon) return undefined
  const sign = bytes[at] === plus ? 1 : bytes[at] === minus ? -1 : 0
  const hours = readTwo(bytes, at + 1)
  const minutes = readTwo(bytes, at + 4)
  if (sign === 0 || hours === undefined || minutes === undefined) return undefined
  return sign * (hours * 3600 + minutes * 60)
}

function readTwo(bytes: Uint8Array, at: number): number | undefined {
  const tens = bytes[at] ?? 0
  const ones = bytes[at + 1] ?? 0
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : undefined
}
