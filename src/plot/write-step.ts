// The document of the formula that a step becomes.

import type { FormulaInput } from '../formula/formula.ts'
import { plainValue } from '../formula/plain-value.ts'
import { warpforgeCid } from '../formula/warpforge-identity.ts'
import type { WarpforgeInput } from '../formula/warpforge.ts'
import { readJsonText } from '../json-text.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { formatWareId } from '../ware/ware-id.ts'
import type { Protoformula } from './plot.ts'

/** The protoformula with its inputs replaced, action and outputs as they are written. */
export function formulaValue(
  { place }: Protoformula,
  inputs: readonly WarpforgeInput[],
): JsonObject {
  const written = plainValue(place.node)
  const replaced = inputs.map(({ port, source, filters }): [string, JsonValue] => {
    // Another identity than with filters of which there is none.
    if (filters === undefined) return [port, source]
    return [port, { basis: source, filters: Object.fromEntries(filters) }]
  })
  return { ...(isObject(written) && written), inputs: Object.fromEntries(replaced) }
}

/** Expects what has the form of a formula. */
export function idOfValue(formula: JsonObject): string {
  const { value } = readJsonText(JSON.stringify(formula))
  if (value === undefined) throw new Error('what was written as JSON is none')
  return warpforgeCid(value)
}

/** With its context, in which Warpforge has room for one address of a ware. */
export function formulaText(value: JsonObject, inputs: readonly FormulaInput[]): string {
  const warehouses = inputs.flatMap(({ source }) => {
    if (source.kind !== 'ware') return []
    const [address] = source.addresses
    return address === undefined ? [] : [[formatWareId(source.wareId), address] as const]
  })
  return JSON.stringify({
    formula: { 'formula.v1': value },
    context: { 'context.v1': { warehouses: Object.fromEntries(warehouses) } },
  })
}
