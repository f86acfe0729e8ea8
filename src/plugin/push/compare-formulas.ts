// Whether a Formula of the same name is the one that is pushed.

import { quote } from '../../errors.ts'
import { readFormulaObject } from '../../formula/formula-object.ts'
import type { FormulaContent } from '../../formula/write-formula-object.ts'
import { sameJson, type JsonObject, type JsonValue } from '../../json.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import type { Settings } from '../../mutate/settings.ts'
import { reachableAddresses } from '../../mutate/warehouses.ts'

export type Comparison =
  /** With the wares whose index the other one lacks. */
  | { readonly kind: 'same'; readonly unindexed: readonly string[] }
  | { readonly kind: 'other'; readonly why: string }

/**
 * The ID and the places of wares count. What else the text says, comments for example, changes
 * nothing, and indexes tell of the same wares.
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
  if (!sameJson(placesOf(object, settings), placesOf(pushed, settings))) {
    return other('it is there with other warehouses')
  }
  const unindexed = [...pushed.indexes.keys()].filter((ware) => !object.indexes.has(ware))
  return { kind: 'same', unindexed }
}

function other(why: string): Comparison {
  return { kind: 'other', why }
}

/** Where pods look for each input, and where a run stores each output. */
function placesOf(
  { formula, sources }: Pick<FormulaContent, 'formula' | 'sources'>,
  settings: Settings,
): JsonValue {
  const inputs = formula.inputs.map(({ path, source }) =>
    source.kind === 'ware'
      ? [path, ...reachableAddresses(source, sources, settings).addresses]
      : [path],
  )
  return [inputs, formula.outputs.map(({ name, addresses }) => [name, ...addresses])]
}
