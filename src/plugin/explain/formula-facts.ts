// What is known of the Formula that a container was made from.

import { readFormulaObject } from '../../formula/formula-object.ts'
import { member, memberString, type JsonObject } from '../../json.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import { parseFormulaReference } from '../../mutate/formula-reference.ts'
import { prepareFormula, type PreparedFormula } from '../../mutate/prepared-formula.ts'
import { defaultSettings } from '../../mutate/settings.ts'
import type { Reading } from '../webhook/read-object.ts'
import type { FormulaState } from './model.ts'

/** Formula objects of the pod's namespace, by name: those that its references name. */
export type FormulaReadings = ReadonlyMap<string, Reading>

/** Undefined for a reference by path: nothing in the cluster stands for it. */
export function formulaName(reference: string): string | undefined {
  const parsed = parseFormulaReference(reference)
  return parsed?.kind === 'named' ? parsed.name : undefined
}

/** @param formulaId that the pod was made with */
export function formulaState(
  name: string,
  formulaId: string,
  readings: FormulaReadings,
): FormulaState {
  const reading = readings.get(name)
  if (reading === undefined || reading.kind === 'unknown')
    return { name, state: 'unknown' }
  if (reading.kind === 'missing') return { name, state: 'deleted' }
  const id = idOf(reading.object)
  return id === formulaId ? { name, state: 'unchanged' } : { name, state: 'changed', id }
}

/** Undefined where it is not the one that the pod was made with, or cannot be had. */
export type PreparedLookup = (
  reference: string,
  formulaId: string,
) => PreparedFormula | undefined

export function preparedFrom(readings: FormulaReadings): PreparedLookup {
  return (reference, formulaId) => {
    const reading = readings.get(formulaName(reference) ?? '')
    if (reading?.kind !== 'found' || idOf(reading.object) !== formulaId) return undefined
    const read = readFormulaObject(reading.object, readYamlText)
    if ('problems' in read) return undefined
    // The settings decide nothing that is asked for here but warehouses, which stand in the order.
    const settings = defaultSettings('')
    return prepareFormula(read.object, { settings, sources: [] })
  }
}

function idOf(object: JsonObject): string {
  return memberString(member(object, 'spec'), 'id') ?? ''
}
