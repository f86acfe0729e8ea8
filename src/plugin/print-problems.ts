// Problems as the user sees them: one line each with its code, hints below.

import { describeProblem, type Problem } from '../errors.ts'
import type { Terminal } from './terminal.ts'

/** The same problem of fifty documents is told once. */
export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  const told = new Set<string>()
  for (const problem of problems) {
    const line = `${terminal.paint('red', 'error:')} ${describeProblem(problem)} [${problem.code}]`
    if (told.has(line)) continue
    told.add(line)
    terminal.write(`${line}\n`)
    for (const hint of problem.hints ?? []) {
      terminal.write(`${terminal.paint('cyan', 'hint:')} ${hint}\n`)
    }
  }
}
