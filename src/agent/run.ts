// From the command line of the agent to an exit code and a last word for the kubelet.

import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs'
import { exitCodes, quote, R2k8sError, type Problem } from '../errors.ts'
import { createHttpClient } from '../http/http-client.ts'
import { packPlanVariable } from '../mutate/pack-plan.ts'
import { planVariable } from '../mutate/fetch-plan.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { defaultUnpackLimits } from '../ware/unpack-limits.ts'
import { fetchRoots } from './fetch.ts'
import { variables, type AgentIo } from './io.ts'
import { packOutputs } from './pack.ts'
import { readFetchPlan } from './read-fetch-plan.ts'
import { readPackPlan } from './read-pack-plan.ts'
import { openReportLines, type ReportLines } from './report-lines.ts'
import {
  describeFailure,
  printFailure,
  printPackResults,
  printRoots,
} from './termination-message.ts'
import type { World } from './world.ts'

/** `argv` without the program's own name. Never throws. */
export async function runAgent(argv: readonly string[], io: AgentIo): Promise<number> {
  const lines = openReportLines(io)
  try {
    leaveMessage(io, await carryOut(argv, io, lines))
    return 0
  } catch (error) {
    const problems = problemsOf(error)
    const failure = describeFailure(problems)
    lines.fail(failure)
    leaveMessage(io, printFailure(failure))
    return exitCodes[problems[0].code]
  }
}

/** The last word of a success. */
async function carryOut(
  argv: readonly string[],
  io: AgentIo,
  lines: ReportLines,
): Promise<string> {
  const [duty, ...rest] = argv
  if ((duty !== 'fetch' && duty !== 'pack') || rest.length > 0) {
    const why = `${quote(argv.join(' '))} is no duty of it; "fetch" or "pack" is`
    throw new R2k8sError([{ code: 'usage', task: 'start the agent', why }])
  }
  if (duty === 'fetch') {
    const plan = readFetchPlan(io.env[planVariable])
    const roots = await withWorld(io, lines, (world) =>
      fetchRoots(plan, { ...world, limits: { ...world.limits, ...plan.limits } }),
    )
    for (const { container, bytes, seconds } of roots) {
      lines.log('info', `${container}: the root is ready, ${bytes} bytes in ${seconds} s`)
    }
    return printRoots(roots)
  }
  // What is wrong with the plan is told at once, not after hours.
  const plan = readPackPlan(io.env[packPlanVariable])
  lines.log('info', `waiting for SIGTERM to pack ${plan.outputs.length} outputs`)
  await untilTerminated(io.terminated)
  const results = await withWorld(io, lines, (world) => packOutputs(plan, world))
  lines.tell({ results: Object.fromEntries(results) })
  return printPackResults(results)
}

const defaultCredentials = '/r2k8s/credentials'

async function withWorld<T>(
  io: AgentIo,
  lines: ReportLines,
  act: (world: World) => Promise<T>,
): Promise<T> {
  const credentials = io.env[variables.credentials] ?? defaultCredentials
  const credentialsDirectory = existsSync(credentials) ? credentials : undefined
  const ownCa = `${credentials}/ca.crt`
  const client = createHttpClient({
    env: io.env,
    userAgent: `r2k8s/${io.version}`,
    ...(existsSync(ownCa) && { caFiles: [ownCa] }),
  })
  try {
    return await act({
      io,
      lines,
      send: client.send,
      credentialsDirectory,
      limits: defaultUnpackLimits,
    })
  } finally {
    await client.close()
  }
}

/** Signals alone do not keep the process alive: the timer does. */
function untilTerminated(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const awake = setInterval(() => undefined, 2 ** 30)
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(awake)
        resolve()
      },
      { once: true },
    )
  })
}

function problemsOf(error: unknown): readonly [Problem, ...Problem[]] {
  if (error instanceof R2k8sError) return error.problems
  if (systemErrorCode(error)?.startsWith('E') === true) {
    const why = explainSystemError(error)
    return [{ code: 'inoperable-path', task: 'work in the volume', why }]
  }
  const message = error instanceof Error ? error.message : String(error)
  return [{ code: 'crash', task: 'go on', why: `this is a bug in r2k8s: ${message}` }]
}

const defaultTerminationLog = '/dev/termination-log'

/** Outside of pods there is no file that the kubelet reads, and none is made. */
function leaveMessage({ env }: AgentIo, text: string): void {
  const named = env[variables.terminationLog]
  const { O_WRONLY, O_TRUNC, O_CREAT } = constants
  const flags = O_WRONLY | O_TRUNC | (named === undefined ? 0 : O_CREAT)
  try {
    const file = openSync(named ?? defaultTerminationLog, flags)
    writeSync(file, text)
    closeSync(file)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
  }
}
