// The formula of the benchmarks, read by the real reader.

import { readFormula } from '../../src/formula/read-formula.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import type { MutateOptions } from '../../src/mutate/mutate.ts'
import { defaultSettings } from '../../src/mutate/settings.ts'
import type { WareIndex } from '../../src/ware/ware-index.ts'
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

export const exampleId = read.formula.id

/** Every pushed Formula has one: the top level of Repeatr's example root. */
export const index: WareIndex = {
  entries: ['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'sbin', 'tmp', 'usr', 'var'].map(
    (name) => ({ name, kind: 'directory' }),
  ),
  size: 4_800_000,
  files: 520,
  machine: 'amd64',
}
export const busybash =
  'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'

export const preparedFormula = prepareFormula(
  { formula: read.formula, indexes: new Map([[busybash, index]]) },
  { settings: mutateOptions.settings, sources: [] },
)
export const formulasByName = new Map([['repeatr:0/web', preparedFormula]])
