// From the start of a run to its exit code, with the user at the keyboard: shared by `run` and `attach`.

import { exitCodes, R2k8sError, type Problem } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { cancelRun, removeRun, shortGraceSeconds } from '../../run/end-run.ts'
import { exitCodeOf, type ExitCodeMode } from '../../run/exit-code.ts'
import { followRun, type FinishedRun } from '../../run/follow-run.ts'
import type { FollowedRun } from '../../run/following.ts'
import { makeRunRecord } from '../../run/run-record.ts'
import { keepMemoryFlat } from '../../transfer/keep-memory-flat.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import { Exit } from '../exit.ts'
import type { Keyboard, LiveRun } from './interruptions.ts'
import { listenTo } from './listen-to.ts'
import type { StepOutput } from './run-output.ts'

export interface StayOptions {
  readonly exitCode: ExitCodeMode
  readonly keep: boolean
}

export interface Surroundings {
  readonly keyboard: Keyboard
  readonly output: StepOutput
  readonly transfer: TransferContext
}

/** Of a run that was seen to its end. */
export interface Outcome {
  readonly code: number
  /** Undefined when there is no exit code of the action to tell. */
  readonly record: JsonObject | undefined
  /** Ware IDs by name of the output, as far as there are any. */
  readonly results: ReadonlyMap<string, string>
}

/** @throws Exit when the user has ended it; R2k8sError when it was left */
export async function stayWith(
  run: LiveRun,
  options: StayOptions,
  { keyboard, output, transfer }: Surroundings,
): Promise<Outcome> {
  const { client, namespace, about } = run
  keepMemoryFlat()
  keyboard.add(run)
  let finished: FinishedRun
  try {
    const listener = listenTo(run, { output, transfer, signal: keyboard.left })
    finished = await followRun(client, run, listener, keyboard.left)
  } catch (error) {
    await keyboard.settled()
    // The terminal or the pipe is gone, and with it who would have ended the run.
    const isLost = !(error instanceof R2k8sError) && about.onDisconnect === 'die'
    if (isLost)
      await cancelRun(client, namespace, about, shortGraceSeconds).catch(() => undefined) // its lease does
    if (keyboard.cancelled() && error instanceof R2k8sError && error.code === 'cancelled')
      throw cancelled(options, output)
    throw error
  } finally {
    keyboard.remove(run)
  }
  if (keyboard.cancelled()) {
    await cancelRun(client, namespace, about, 0).catch(() => undefined) // asked for already
    throw cancelled(options, output)
  }
  const record = report(finished, run, output)
  const problems = problemsOf(finished)
  tell(problems, output)
  if (!options.keep) await removeRun(client, namespace, about).catch(() => undefined) // its TTL does
  const code = exitCodeOf(finished.end, options.exitCode)
  const [problem] = finished.problems
  return {
    code:
      code === 0 && problem !== undefined ? failureCode(problem, options.exitCode) : code,
    record,
    results: finished.results,
  }
}

function report(
  { end, results }: FinishedRun,
  { about }: FollowedRun,
  output: StepOutput,
): JsonObject | undefined {
  if (end.kind === 'failed') return undefined
  const { exitCode, node, isOutOfMemory } = end
  if (isOutOfMemory)
    output.log('error', 'OOMKilled: the action took more memory than its limit')
  if (exitCode !== 0) output.log('error', `the action ended with exit code ${exitCode}`)
  const record = makeRunRecord(about, { exitCode, results, hostname: node })
  output.record(record)
  return record
}

function problemsOf({ end, problems }: FinishedRun): Problem[] {
  return [...(end.problem === undefined ? [] : [end.problem]), ...problems]
}

function tell(problems: readonly Problem[], output: StepOutput): void {
  const [first] = problems
  if (first === undefined) return
  output.failure(first)
  output.problems(problems)
}

const cancellation: Problem = {
  code: 'cancelled',
  task: 'finish the run',
  why: 'it was interrupted, and is taken out of the cluster',
}

/** `passthrough`: as of a program that Ctrl-C has ended. */
function cancelled({ exitCode }: StayOptions, output: StepOutput): Error {
  if (exitCode === 'repeatr') return new R2k8sError([cancellation])
  output.failure(cancellation)
  output.log('error', cancellation.why)
  return new Exit(130)
}

/** Of what is no failure of the action. */
export function failureCode({ code }: Problem, mode: ExitCodeMode): number {
  return mode === 'passthrough' ? 125 : exitCodes[code]
}
