// Whether a Formula of the same name is the one that is pushed.

import { quote } from '../../errors.ts'
import { readFormulaObject, type FormulaObject } from '../../formula/formula-object.ts'
import type { FormulaContent } from '../../formula/write-formula-object.ts'
import { sameJson, type JsonObject } from '../../json.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import type { Settings } from '../../mutate/settings.ts'
import { reachableAddresses } from '../../mutate/warehouses.ts'
import { quoteAddress } from '../../ware/address-text.ts'

export type Comparison =
  /** With the wares whose index the other one lacks. */
  | { readonly kind: 'same'; readonly unindexed: readonly string[] }
  | { readonly kind: 'other'; readonly why: string }

/**
 * The ID, the places of wares and what their hashes leave out count. What else the text says,
 * comments for example, changes nothing, and indexes tell of the same wares.
 */
export function compareFormulas(
  present: JsonObject,
  pushed: FormulaContent,
  settings: Settings,
): Comparison {
  const read = readFormulaObject(present, readYamlText)
  if ('problems' in read) {
    return other(`one of this name is there and unsound: ${read.problems[0].why}`)
  }
  const { object } = read
  if (object.formula.id !== pushed.formula.id) {
    return other(`one of this name is there with the ID ${quote(object.formula.id)}`)
  }
  const moved = movedPlace(placesOf(object, settings), placesOf(pushed, settings))
  if (moved !== undefined) {
    return other(`it is there with the same ID and other warehouses: ${moved}`)
  }
  const repacked = [...pushed.indexes.keys()].find((ware) =>
    isRepacked(ware, object, pushed),
  )
  if (repacked !== undefined) {
    return other(
      `it is there with the same ID and another strict digest of ${repacked}, which a warehouse has packed anew`,
    )
  }
  const unindexed = [...pushed.indexes.keys()].filter((ware) => !object.indexes.has(ware))
  return { kind: 'same', unindexed }
}

function other(why: string): Comparison {
  return { kind: 'other', why }
}

/** Addresses, by what is fetched from or stored at them. */
type Places = ReadonlyMap<string, readonly string[]>

/** Where pods look for each input, and where a run stores each output. */
function placesOf(
  { formula, sources }: Pick<FormulaContent, 'formula' | 'sources'>,
  settings: Settings,
): Places {
  const places = new Map<string, readonly string[]>()
  for (const { path, source } of formula.inputs) {
    if (source.kind !== 'ware') continue
    const { addresses } = reachableAddresses(source, sources, settings)
    places.set(`the input ${quote(path)}`, addresses)
  }
  for (const { name, addresses } of formula.outputs) {
    places.set(`the output ${quote(name)}`, addresses)
  }
  return places
}

function movedPlace(there: Places, here: Places): string | undefined {
  for (const [what, addresses] of here) {
    const others = there.get(what) ?? []
    if (sameJson(addresses, others)) continue
    return `${what} has ${list(others)} there and ${list(addresses)} here`
  }
  return undefined
}

function list(addresses: readonly string[]): string {
  return addresses.length === 0 ? 'none' : addresses.map(quoteAddress).join(', ')
}

/** What the hash of a ware leaves out, its strict digest covers. */
function isRepacked(ware: string, there: FormulaObject, here: FormulaContent): boolean {
  const old = there.indexes.get(ware)?.strictDigest
  const now = here.indexes.get(ware)?.strictDigest
  return old !== undefined && now !== undefined && old !== now
}
