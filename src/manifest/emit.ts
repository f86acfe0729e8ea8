// JSON values as text: YAML in block style, YAML in flow style, JSON. No line is ever folded.

import {
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../json.ts'
import { emitDoubleQuoted, emitScalar } from './emit-scalar.ts'

export interface BlockStyle {
  /** Columns by which a map stands to the right of its key. */
  readonly step: number
  /** The same for the dashes of a list: often 0. */
  readonly listOffset: number
}

export interface FlowStyle {
  readonly quotes: 'double' | 'any'
  /** No space behind commas and colons. Only JSON may be written so. */
  readonly compact: boolean
  /** YAML allows a key without `?` up to 1024 characters; JSON has no limit. */
  readonly json: boolean
}

/** Has no text in block style other than `{}`, `[]` or a scalar. */
export function isInline(value: JsonValue): boolean {
  if (isArray(value)) return value.length === 0
  return !isObject(value) || Object.keys(value).length === 0
}

/** The lines of a value in block style, the outermost at column 0. */
export function emitBlock(value: JsonValue, style: BlockStyle): string[] {
  if (isInline(value)) return [emitInline(value)]
  if (isArray(value)) return value.flatMap((item) => emitBlockItem(item, style))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, each]) => emitBlockMember(key, each, style))
}

export function emitBlockMember(
  key: string,
  value: JsonValue,
  style: BlockStyle,
): string[] {
  const name = emitScalar(key)
  if (name.length > longestKey)
    return [`? ${name}`, ...emitValueOf('', value, { ...style, listOffset: style.step })]
  return emitValueOf(name, value, style)
}

export function emitBlockItem(value: JsonValue, style: BlockStyle): string[] {
  const row = isObject(value)
    ? emitRow(Object.values(value), value, longestRow)
    : undefined
  if (row !== undefined) return [`- ${row}`]
  return emitBlock(value, style).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))
}

/** A map or list without anything nested on one line, if it fits: many mounts read as a table. */
function emitRow(
  parts: readonly JsonValue[],
  value: JsonValue,
  longest: number,
): string | undefined {
  if (parts.length === 0 || !parts.every(isInline)) return undefined
  const row = emitInline(value)
  return row.length > longest ? undefined : row
}

export function emitInline(value: JsonValue): string {
  return emitFlow(value, { quotes: 'any', compact: false, json: false })
}

export function emitFlow(value: JsonValue, style: FlowStyle): string {
  if (isArray(value)) {
    return `[${value.map((item) => emitFlow(item, style)).join(style.compact ? ',' : ', ')}]`
  }
  if (!isObject(value)) return emitFlowScalar(value, style)
  const members = Object.entries(value).map(([key, each]) =>
    emitFlowMember(key, each, style),
  )
  return `{${members.join(style.compact ? ',' : ', ')}}`
}

export function emitFlowMember(key: string, value: JsonValue, style: FlowStyle): string {
  return `${emitFlowKey(key, style)}${style.compact ? ':' : ': '}${emitFlow(value, style)}`
}

export function emitFlowKey(key: string, style: FlowStyle): string {
  const name = emitFlowScalar(key, style)
  return name.length > longestKey && !style.json ? `? ${name} ` : name
}

/** JSON over several lines; the first line without indentation, the others below `indent`. */
export function emitJsonLines(value: JsonValue, indent: string, step: string): string {
  if (isInline(value))
    return emitFlow(value, { quotes: 'double', compact: false, json: true })
  const inner = indent + step
  if (isArray(value)) {
    const items = value.map((item) => inner + emitJsonLines(item, inner, step))
    return `[\n${items.join(',\n')}\n${indent}]`
  }
  const members = Object.entries(isObject(value) ? value : {}).map(
    ([key, each]) =>
      `${inner}${emitDoubleQuoted(key)}: ${emitJsonLines(each, inner, step)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}

const longestKey = 1000
const longestRow = 100
const longestList = 70

function emitFlowScalar(
  value: Exclude<JsonValue, JsonArray | JsonObject>,
  style: FlowStyle,
): string {
  if (typeof value === 'string' && style.quotes === 'double')
    return emitDoubleQuoted(value)
  return emitScalar(value)
}

function emitValueOf(name: string, value: JsonValue, style: BlockStyle): string[] {
  if (isInline(value)) return [`${name}: ${emitInline(value)}`]
  const row = isArray(value) ? emitRow(value, value, longestList) : undefined
  if (row !== undefined && name !== '') return [`${name}: ${row}`]
  const indent = ' '.repeat(isArray(value) ? style.listOffset : style.step)
  return [`${name}:`, ...emitBlock(value, style).map((line) => indent + line)]
}
