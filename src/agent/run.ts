// From the command line of the agent to an exit code and a last word for the kubelet.

import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs'
import { exitCodes, quote, R2k8sError, type Problem } from '../errors.ts'
import type { CredentialFile } from '../host/credential-files.ts'
import { createHttpClient } from '../http/http-client.ts'
import { packPlanVariable, type PackPlan } from '../mutate/pack-plan.ts'
import { planVariable } from '../mutate/fetch-plan.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { defaultUnpackLimits } from '../ware/unpack-limits.ts'
import { fetchRoots } from './fetch.ts'
import { variables, type AgentIo } from './io.ts'
import { packOutputs } from './pack.ts'
import { isErrand, runErrand } from './errands.ts'
import { dropHeld, heldSizes, withHeldPlaces } from './held.ts'
import { PackingFailure } from './packing-failure.ts'
import { readFetchPlan } from './read-fetch-plan.ts'
import { readPackPlan } from './read-pack-plan.ts'
import { tellReady, untilReady } from './readiness.ts'
import { sentInputs, untilSent } from './sent-inputs.ts'
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
  if (isErrand(argv[0])) return await runErrand(argv, io)
  const lines = openReportLines(io)
  try {
    leaveMessage(io, await carryOut(argv, io, lines))
    return 0
  } catch (error) {
    const problems = problemsOf(error)
    const failure = describeFailure(problems)
    lines.fail(failure)
    const results = error instanceof PackingFailure ? error.results : undefined
    leaveMessage(io, printFailure(failure, results))
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
    const inputs = io.env[variables.inputs]
    if (inputs !== undefined) {
      const files = sentInputs(plan, inputs)
      lines.log('info', `waiting for ${files.length} wares from the client`)
      await untilSent(files, io.terminated, io.now)
    }
    const roots = await withWorld(io, lines, (world) =>
      fetchRoots(plan, { ...world, limits: { ...world.limits, ...plan.limits } }),
    )
    for (const { container, bytes, seconds } of roots) {
      lines.log('info', `${container}: the root is ready, ${bytes} bytes in ${seconds} s`)
    }
    const packer = io.env[variables.waitFor]
    if (packer !== undefined && !(await untilReady(packer, io.terminated)))
      lines.log('warn', 'the packer does not listen yet')
    return printRoots(roots)
  }
  return await pack(io, lines)
}

/** @throws R2k8sError with what could not be packed; the rest is packed, and its last word says so */
async function pack(io: AgentIo, lines: ReportLines): Promise<string> {
  // What is wrong with the plan is told at once, not after hours.
  const plan = readPackPlan(io.env[packPlanVariable])
  if (plan.ready !== undefined) tellReady(plan.ready)
  await untilTold(plan, io, lines)
  const { results, problems } = await withWorld(io, lines, (world) =>
    packOutputs(withHeldPlaces(plan), world),
  )
  const held = heldSizes(plan)
  const ofHeld = Object.keys(held).length > 0 ? { held } : {}
  lines.tell({ results: Object.fromEntries(results), ...ofHeld })
  if (Object.keys(held).length > 0) await untilReleased(plan, io, lines)
  const [first, ...others] = problems
  if (first === undefined) return printPackResults(results)
  throw new PackingFailure([first, ...others], results)
}

async function untilTold(
  { outputs, begin }: PackPlan,
  io: AgentIo,
  lines: ReportLines,
): Promise<void> {
  const word = begin === 'told' ? 'the word' : 'SIGTERM'
  lines.log('info', `waiting for ${word} to pack ${outputs.length} outputs`)
  const start = begin === 'told' ? io.told.begin : io.terminated
  await untilAborted(AbortSignal.any([start, io.terminated, io.told.quit]))
  if (start.aborted && !io.told.quit.aborted) return
  const why = 'it was told to end before it was told to begin'
  throw new R2k8sError([{ code: 'cancelled', task: 'pack the outputs', why }])
}

/** The kubelet's SIGTERM has come already; who does not want to wait sends SIGKILL, as it does. */
async function untilReleased(
  plan: PackPlan,
  io: AgentIo,
  lines: ReportLines,
): Promise<void> {
  const seconds = plan.holdSeconds ?? 0
  if (seconds > 0) {
    const late = AbortSignal.timeout(seconds * 1000)
    const { release, quit } = io.told
    await untilAborted(AbortSignal.any([release, quit, late]))
    if (!release.aborted && !quit.aborted)
      lines.log('warn', `nobody has fetched the outputs within ${seconds} s`)
  }
  dropHeld(plan)
}

const defaultCredentials = '/r2k8s/credentials'
const certificates: CredentialFile = 'ca.crt'

async function withWorld<T>(
  io: AgentIo,
  lines: ReportLines,
  act: (world: World) => Promise<T>,
): Promise<T> {
  const credentials = io.env[variables.credentials] ?? defaultCredentials
  const credentialsDirectory = existsSync(credentials) ? credentials : undefined
  const ownCa = `${credentials}/${certificates}`
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
function untilAborted(signal: AbortSignal): Promise<void> {
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
