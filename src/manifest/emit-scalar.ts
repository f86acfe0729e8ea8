// JSON scalars as YAML text. A string stays plain only if no reader of any YAML version takes it
// for something else; when in doubt it is quoted.

import type { JsonScalar } from '../json.ts'

/** Single quotes where they can hold the text: a value that is JSON inside stays readable. */
export function emitScalar(value: JsonScalar): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  if (isPlainSafe(value)) return value
  if (isPrintable(value)) return `'${value.replaceAll("'", "''")}'`
  return emitDoubleQuoted(value)
}

/** Valid in JSON and in YAML: JSON's escapes, and those characters escaped that YAML forbids. */
export function emitDoubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Starts like a word or a path; no character that means something anywhere in YAML. */
const plainText =
  /^(?:[A-Za-z_/]|\.{1,2}\/)[A-Za-z0-9_./@+=-]*(?:[: ]+[A-Za-z0-9_./@+=-]+)*$/
/** `500m`, `128Mi`: numbers to people, strings to every reader. */
const quantity = /^[0-9]+(?:m|[KMGT]i)$/
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|undefined)$/i

function isPlainSafe(text: string): boolean {
  if (quantity.test(text)) return true
  return plainText.test(text) && !/: | :| -/.test(text) && !reserved.test(text)
}

/** Without line breaks and tabs, which quotes on one line cannot or should not hold. */
function isPrintable(text: string): boolean {
  return /^[\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(
    text,
  )
}
