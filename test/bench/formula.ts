// The formula of the benchmarks, read by the real reader.

import { readFormula } from '../../src/formula/read-formula.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import type { MutateOptions } from '../../src/mutate/mutate.ts'
import { defaultSettings } from '../../src/mutate/settings.ts'
import { exampleFormula } from './inputs.ts'

const read = readFormula(exampleFormula, 'example.formula', () => {
  throw new Error('the formula is JSON')
})
if ('problems' in read) throw new Error(JSON.stringify(read.problems))

export const mutateOptions: MutateOptions = {
  settings: defaultSettings('bench'),
  paths: false,
  version: 'bench',
}

export const preparedFormula = prepareFormula(
  { formula: read.formula, indexes: new Map() },
  { settings: mutateOptions.settings, sources: [] },
)
export const formulasByName = new Map([['repeatr:0/web', preparedFormula]])
