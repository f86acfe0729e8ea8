// The exit code of `run` (run.md §6).

import { exitCodes } from '../errors.ts'
import type { RunEnd } from './judge.ts'

/** `repeatr`: Repeatr's table. `passthrough`: as of a program that was started here. */
export type ExitCodeMode = 'repeatr' | 'passthrough'

const passthrough = {
  infrastructure: 125,
  notExecutable: 126,
  notFound: 127,
  killed: 137,
}

export function exitCodeOf(end: RunEnd, mode: ExitCodeMode): number {
  if (mode === 'repeatr') {
    if (end.kind === 'failed') return exitCodes[end.problem.code]
    if (end.problem !== undefined) return exitCodes[end.problem.code]
    return end.exitCode === 0 ? 0 : exitCodes['job-unsuccessful']
  }
  if (end.kind === 'failed') {
    if (end.wasKilled) return passthrough.killed
    if (end.problem.code !== 'job-invalid') return passthrough.infrastructure
    return isMissing(end.problem.why) ? passthrough.notFound : passthrough.notExecutable
  }
  // A build that worked and whose outputs are lost has not worked.
  if (end.exitCode === 0 && end.problem !== undefined) return passthrough.infrastructure
  return end.exitCode
}

function isMissing(why: string): boolean {
  return /no such file|not found|not in the wares/i.test(why)
}
