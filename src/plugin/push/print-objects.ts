// Formula objects as text, to be kept in files.

import { writeFormulaObject } from '../../formula/write-formula-object.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { emitBlock, emitBlockMember, emitJsonLines } from '../../manifest/emit.ts'
import type { NamedFormula } from './send-formulas.ts'

export function printObjects(
  formulas: readonly NamedFormula[],
  form: 'yaml' | 'json',
): string {
  const objects = distinct(formulas).map(objectOf)
  if (form === 'yaml') return objects.map(yamlOf).join('---\n')
  const [only, ...others] = objects
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  const printed = only !== undefined && others.length === 0 ? only : list
  return `${emitJsonLines(printed, '', '  ')}\n`
}

/** A manifest may name a formula many times. */
export function distinct(formulas: readonly NamedFormula[]): NamedFormula[] {
  const byPlace = new Map<string, NamedFormula>()
  for (const formula of formulas) {
    const place = `${formula.namespace ?? ''}/${formula.name}`
    if (!byPlace.has(place)) byPlace.set(place, formula)
  }
  return [...byPlace.values()]
}

function objectOf({ name, namespace, content }: NamedFormula): JsonObject {
  const metadata = { name, ...(namespace !== undefined && { namespace }) }
  return writeFormulaObject(metadata, content)
}

const style = { step: 2, listOffset: 0 }

function yamlOf(object: JsonObject): string {
  const { spec = {}, ...head } = object
  const members = Object.entries(isObject(spec) ? spec : {}).flatMap(([key, value]) =>
    key === 'source' && isString(value) && isBlockSafe(value)
      ? blockOf(key, value)
      : emitBlockMember(key, value, style),
  )
  const inside = members.map((line) => (line === '' ? '' : `  ${line}`))
  return `${[...emitBlock(head, style), 'spec:', ...inside].join('\n')}\n`
}

/** Whether its lines can stand as they are: YAML takes some characters for line ends, or refuses them. */
function isBlockSafe(text: string): boolean {
  return (
    /^[^\s]/.test(text) &&
    /[^\s]\n?$/.test(text) &&
    /^[\n\t\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(
      text,
    )
  )
}

function blockOf(key: string, text: string): string[] {
  const isEnded = text.endsWith('\n')
  const lines = (isEnded ? text.slice(0, -1) : text).split('\n')
  return [
    `${key}: ${isEnded ? '|' : '|-'}`,
    ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
  ]
}
