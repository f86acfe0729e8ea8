// A name that the user gives to a Formula.

import { R2k8sError } from '../../errors.ts'
import {
  formatFormulaReference,
  parseFormulaReference,
} from '../../mutate/formula-reference.ts'

/** @throws R2k8sError usage when no image could name it */
export function checkName(name: string): void {
  const reference = parseFormulaReference(formatFormulaReference(name))
  if (reference?.kind === 'named' && reference.name === name) return
  const isMalformed = reference?.kind === 'malformed'
  throw new R2k8sError([
    {
      code: 'usage',
      task: 'use --name',
      why: isMalformed ? reference.why : 'it is a name with an ID',
      hints: [
        isMalformed ? reference.hint : 'the ID is that of the formula: leave it out',
      ],
    },
  ])
}
