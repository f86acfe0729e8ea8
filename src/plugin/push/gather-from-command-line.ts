// The formulas that the command line names.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import { formatFormulaReference } from '../../mutate/formula-reference.ts'
import { append } from '../append.ts'
import { readFormulaFile } from '../formula/read-formula-file.ts'
import type { Io } from '../io.ts'
import { checkName } from './check-name.ts'
import { nameFormula } from './formula-name.ts'
import type { Gathered, WantedFormula } from './gathered.ts'

export interface FormulaNames {
  readonly files: readonly string[]
  /** Taken as it is, for the one file. */
  readonly name?: string
  /** Of `-n`. */
  readonly namespace: string | undefined
}

/** @throws R2k8sError with the problems of all files */
export async function gatherFromCommandLine(
  { files, name, namespace }: FormulaNames,
  io: Io,
): Promise<Gathered> {
  if (name !== undefined) checkName(name)
  const wanted: WantedFormula[] = []
  const problems: Problem[] = []
  for (const path of files) {
    try {
      const file = { ...(await readFormulaFile(path, io)), indexes: new Map() }
      wanted.push({
        file,
        name: name ?? nameFormula(path === '-' ? 'formula' : path, file.formula),
        namespace,
      })
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      append(problems, error.problems)
    }
  }
  throwIfAny(problems)
  const printed = wanted.map((each) => `${formatFormulaReference(each.name)}\n`)
  return { wanted, decisions: [], notes: [], printed, remarks: [] }
}
