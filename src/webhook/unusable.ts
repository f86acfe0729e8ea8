// What a pod is told that names a Formula which cannot be used.

import { describeProblem, type Problem } from '../errors.ts'
import type { UnusableFormula } from '../mutate/prepared-formula.ts'

/** Of all that is wrong, enough to begin with. */
const mostTold = 5

export function unusable(problems: readonly Problem[]): UnusableFormula {
  const told = problems.slice(0, mostTold).map(describeProblem)
  const more = problems.length - told.length
  const why = told.concat(more > 0 ? [`and ${more} more`] : []).join('; ')
  const hints = ['push it again with "kubectl r2k8s push"']
  return { unusable: { code: 'formula-invalid', why, hints } }
}

/** No namespace may fill the memory that all share. */
export const mostBytesOfNamespace = 12 * 1024 * 1024

export const tooMuchProblem: Problem = {
  code: 'formula-invalid',
  task: 'read the Formula',
  why: `those of its namespace have more than ${mostBytesOfNamespace / 1024 ** 2} MiB together`,
  hints: ['delete those that no pod runs any more, and push this one again'],
}

export const tooMuch: UnusableFormula = { unusable: tooMuchProblem }
