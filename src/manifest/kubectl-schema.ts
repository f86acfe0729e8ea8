// What a YAML scalar means to kubectl 1.32 and later. Neither YAML 1.1 nor 1.2: the rules are
// those of the Go reader inside it, which a table test holds against a real kubectl.

import { Buffer, isUtf8 } from 'node:buffer'

import type { JsonScalar } from '../json.ts'

/** NaN and the infinities are values here: as keys they are fine, JSON has no place for them. */
export type ScalarReading =
  | { readonly value: JsonScalar; readonly problem?: never }
  | { readonly value?: never; readonly problem: string }

export interface ScalarSource {
  /** Escapes and folding resolved. */
  readonly text: string
  /** Neither quoted nor a block scalar. */
  readonly plain: boolean
  /** In full (`tag:yaml.org,2002:int`), where the document has one. */
  readonly tag?: string | undefined
}

/**
 * @example
 * readScalar({ text: '0644', plain: true }) // { value: 420 }
 */
export function readScalar({ text, plain, tag }: ScalarSource): ScalarReading {
  if (tag === undefined) return { value: plain ? readPlain(text) : text }
  switch (tag) {
    case `${core}binary`:
      return readBinary(text)
    case `${core}null`:
    case `${core}bool`:
    case `${core}int`:
    case `${core}float`:
      return readTagged(text, tag.slice(core.length))
    default:
      return { value: text }
  }
}

/**
 * Escapes in a text in double quotes that stand for half a character, like `\ud83d`. kubectl takes
 * none of them, not even next to the other half.
 */
export function findHalves(quoted: string): { escape: string; index: number }[] {
  const escapes = /\\(?:u|U0000|[^])([dD][89a-fA-F][0-9a-fA-F]{2})?/g
  return [...quoted.matchAll(escapes)]
    .filter(([escape, half]) => half !== undefined && /^\\[uU]/.test(escape))
    .map(({ 0: escape, index }) => ({ escape, index }))
}

/** A mapping key as JSON has it: always a string. `undefined` where kubectl refuses the key. */
export function keyText(source: ScalarSource): string | undefined {
  const { value } = readScalar(source)
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number') return undefined
  if (source.tag !== `${core}float` && isInteger(source.text)) {
    const exact = readInteger(source.text.replaceAll('_', ''))
    return exact !== undefined && exact <= maxInt64 ? String(exact) : undefined
  }
  return formatFloat32(value)
}

const core = 'tag:yaml.org,2002:'
const maxInt64 = 2n ** 63n - 1n
const minInt64 = -(2n ** 63n)
const maxUint64 = 2n ** 64n - 1n

const words: ReadonlyMap<string, JsonScalar> = new Map<string, JsonScalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, Infinity] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
])

/** The first character alone tells most strings from everything else. */
const maybeSpecial = /^(?:$|[-+.0-9~yYnNtTfFoO])/

export function readPlain(text: string): JsonScalar {
  if (!maybeSpecial.test(text)) return text
  const word = words.get(text)
  if (word !== undefined) return word
  return readNumber(text) ?? text
}

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const dotFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/

function readNumber(text: string): number | undefined {
  if (text.startsWith('.')) {
    return dotFloat.test(text) ? finite(text.replaceAll('_', '')) : undefined
  }
  if (!/^[-+0-9]/.test(text)) return undefined
  const digits = text.replaceAll('_', '')
  const integer = readInteger(digits)
  if (integer !== undefined) return Number(integer)
  return float.test(digits) ? finite(digits) : undefined
}

/** Too big for a float is a string again: `1e400`. */
function finite(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

const integer =
  /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|(0[0-7]*|[1-9][0-9]*))$/
const signedBinary = /^0b([-+][01]+)$/

/** Go's integers of 64 bits; outside of them decimals are floats, anything else is a string. */
function readInteger(text: string): bigint | undefined {
  const odd = signedBinary.exec(text)?.[1]
  if (odd !== undefined) {
    return readInteger(`${odd.slice(0, 1)}0b${odd.slice(1)}`)
  }
  const match = integer.exec(text)
  if (match === null) return undefined
  const [, sign, hex, octal, binary, decimal = ''] = match
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : octal !== undefined
        ? BigInt(`0o${octal}`)
        : binary !== undefined
          ? BigInt(`0b${binary}`)
          : decimal.startsWith('0')
            ? BigInt(`0o${decimal}`)
            : BigInt(decimal)
  const value = sign === '-' ? -magnitude : magnitude
  return value >= minInt64 && value <= maxUint64 ? value : undefined
}

function isInteger(text: string): boolean {
  return !text.startsWith('.') && readInteger(text.replaceAll('_', '')) !== undefined
}

function readTagged(text: string, type: string): ScalarReading {
  const value = readPlain(text)
  const fits =
    type === 'null'
      ? value === null
      : type === 'bool'
        ? typeof value === 'boolean'
        : typeof value === 'number' && (type === 'float' || isInteger(text))
  return fits ? { value } : { problem: `"${text}" cannot be read as !!${type}` }
}

/** Strict as Go's decoder, line breaks aside; JSON can only carry the bytes if they are text. */
function readBinary(text: string): ScalarReading {
  const packed = text.replace(/[\r\n]/g, '')
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    return { problem: 'the !!binary value is not base64' }
  }
  const bytes = Buffer.from(packed, 'base64')
  if (!isUtf8(bytes)) return { problem: 'the !!binary value is not text' }
  return { value: bytes.toString('utf8') }
}

/** Go prints keys that are floats as float32 with the fewest digits that still name it. */
function formatFloat32(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  const narrow = Math.fround(value)
  if (!Number.isFinite(narrow)) return narrow > 0 ? '.inf' : '-.inf'
  if (narrow === 0) return Object.is(narrow, -0) ? '-0' : '0'
  let digits = 1
  while (Math.fround(Number(narrow.toPrecision(digits))) !== narrow) digits++
  const shortest = narrow.toExponential(digits - 1)
  const [mantissa = '', power = '0'] = shortest.split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(Number(shortest))
  const sign = exponent < 0 ? '-' : '+'
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}
