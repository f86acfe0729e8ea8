// From the start of a run to its exit code, with the user at the keyboard: shared by `run` and `attach`.

import { exitCodes, R2k8sError, type Problem } from '../../errors.ts'
import type { ApiClient } from '../../cluster/api-client.ts'
import { cancelRun, removeRun } from '../../run/end-run.ts'
import { exitCodeOf, type ExitCodeMode } from '../../run/exit-code.ts'
import { followRun, type FinishedRun, type FollowedRun } from '../../run/follow-run.ts'
import { makeRunRecord } from '../../run/run-record.ts'
import { keepMemoryFlat } from '../../transfer/keep-memory-flat.ts'
import { Exit } from '../exit.ts'
import type { Io } from '../io.ts'
import { printProblems } from '../print-problems.ts'
import type { Terminal } from '../terminal.ts'
import { listenTo } from './listen-to.ts'
import { watchKeyboard } from './interruptions.ts'
import type { RunOutput } from './run-output.ts'

export interface StayOptions {
  readonly exitCode: ExitCodeMode
  readonly keep: boolean
}

export interface Surroundings {
  readonly io: Io
  readonly terminal: Terminal
  readonly output: RunOutput
}

/** @throws Exit with the code of the run, when that is not 0; R2k8sError when it was left */
export async function stayWith(
  run: FollowedRun & { readonly client: ApiClient },
  options: StayOptions,
  { io, terminal, output }: Surroundings,
): Promise<void> {
  const { client, namespace, about } = run
  keepMemoryFlat()
  const keyboard = watchKeyboard(run, { io, output })
  let finished: FinishedRun
  try {
    const listener = listenTo(run, { io, output, signal: keyboard.left })
    finished = await followRun(client, run, listener, keyboard.left)
  } catch (error) {
    if (keyboard.cancelled() && error instanceof R2k8sError && error.code === 'cancelled')
      throw cancelled(options)
    throw error
  }
  if (keyboard.cancelled()) {
    await cancelRun(client, namespace, about, 0).catch(() => undefined) // asked for already
    tell([cancellation], output, terminal)
    throw new Exit(cancelledCode(options))
  }
  report(finished, run, output)
  const problems = problemsOf(finished)
  tell(problems, output, terminal)
  if (!options.keep) await removeRun(client, namespace, about).catch(() => undefined) // its TTL does
  const code =
    finished.problems.length > 0 && exitCodeOf(finished.end, options.exitCode) === 0
      ? codeOf(finished.problems[0], options)
      : exitCodeOf(finished.end, options.exitCode)
  if (code !== 0) throw new Exit(code)
}

function report(
  { end, results }: FinishedRun,
  { about }: FollowedRun,
  output: RunOutput,
): void {
  if (end.kind === 'failed') return
  const { exitCode, node, isOutOfMemory } = end
  if (isOutOfMemory)
    output.log('error', 'OOMKilled: the action took more memory than its limit')
  if (exitCode !== 0) output.log('error', `the action ended with exit code ${exitCode}`)
  output.record(makeRunRecord(about, { exitCode, results, hostname: node }))
}

function problemsOf({ end, problems }: FinishedRun): Problem[] {
  return [...(end.problem === undefined ? [] : [end.problem]), ...problems]
}

function tell(problems: readonly Problem[], output: RunOutput, terminal: Terminal): void {
  const [first] = problems
  if (first === undefined) return
  output.failure(first)
  printProblems(problems, terminal)
}

const cancellation: Problem = {
  code: 'cancelled',
  task: 'finish the run',
  why: 'it was interrupted, and is taken out of the cluster',
}

function cancelled(options: StayOptions): Error {
  return options.exitCode === 'passthrough'
    ? new Exit(cancelledCode(options))
    : new R2k8sError([cancellation])
}

/** `passthrough`: as of a program that Ctrl-C has ended. */
function cancelledCode({ exitCode }: StayOptions): number {
  return exitCode === 'passthrough' ? 130 : exitCodes.cancelled
}

function codeOf(problem: Problem | undefined, { exitCode }: StayOptions): number {
  if (problem === undefined) return 0
  return exitCode === 'passthrough' ? 125 : exitCodes[problem.code]
}
