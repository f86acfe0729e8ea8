// Problems as the user sees them: one line each with its code, hints below.

import { describeProblem, type Problem } from '../errors.ts'
import type { Terminal } from './terminal.ts'

/** Enough to see what is wrong; a file of the wrong kind can have a hundred thousand. */
const maxTold = 100

/** The same problem of fifty documents is told once. */
export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  const distinct = new Map(
    problems.map((problem) => [`${describeProblem(problem)} [${problem.code}]`, problem]),
  )
  for (const [line, problem] of [...distinct].slice(0, maxTold)) {
    terminal.say(line, { text: 'error:', color: 'red' })
    for (const hint of problem.hints ?? []) {
      terminal.say(hint, { text: 'hint:', color: 'cyan' })
    }
  }
  if (distinct.size > maxTold) terminal.say(`and ${distinct.size - maxTold} more errors`)
}
