// `run PLOT`: its steps as a sequence of runs, side by side where none waits for the other.

import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { exitCodes, quote, R2k8sError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { formatCatalogReference } from '../../plot/catalog-reference.ts'
import type { PlannedStep, PlotPlan } from '../../plot/plan-plot.ts'
import type { StepOutput } from '../../plot/trace-pipe.ts'
import { stepFormula, type StepAnswers } from '../../plot/step-formula.ts'
import { orderOutputs } from '../../run/order-outputs.ts'
import { rootVolume, type SentInput } from '../../run/run-order.ts'
import { explainSystemError } from '../../system-error.ts'
import { cacheBaseOf } from '../cache-base.ts'
import { keepsMemos } from '../runs/memo.ts'
import { performRun, type WantedRun } from '../runs/perform-run.ts'
import type { RunOutput } from '../runs/run-output.ts'
import type { Runner } from '../runs/runner.ts'
import type { Outcome } from '../runs/stay-with.ts'
import { arrangeOutputs, type PlotOutputs, type PlotStore } from './plot-outputs.ts'
import { readPlotFile } from './read-plot-file.ts'
import { resolveSources, type Resolved } from './resolve-sources.ts'
import { runInOrder } from './run-in-order.ts'
import type { PlotFile } from './find-target.ts'

/** Pods that are watched and followed at once. */
const mostAtOnce = 8

export interface PlotRunner extends Runner {
  readonly output: RunOutput
}

/**
 * @returns the exit code: of the first step that has failed
 * @throws R2k8sError with what keeps the plot from running; Exit when the user has ended it
 */
export async function runPlot(plot: PlotFile, runner: PlotRunner): Promise<number> {
  const { io, options, output } = runner
  const { plan, name } = await readPlotFile(plot, io)
  const directory = dirname(resolve(io.cwd, plot.file))
  const resolved = resolveSources(plan, directory, options.catalog ?? [], io)
  for (const warning of resolved.warnings) output.log('warn', warning)
  const store = openStore(resolved, runner)
  const outputs = arrangeOutputs(plan, options.save ?? [], store)
  const began = {
    guid: randomUUID(),
    time: Math.floor(io.now() / 1000),
  }
  const outcomes = new Map<string, Outcome>()
  const making = { resolved, outputs, outcomes, stem: stemOf(plot.file, io.cwd) }
  const { failed, left } = await runInOrder(
    plan.steps,
    async (step) => {
      const outcome = await runStep(step, making, runner)
      outcomes.set(step.name, outcome)
      return outcome.code === 0
    },
    mostAtOnce,
  )
  const [first] = failed
  if (first !== undefined) {
    tellFailure(failed, left, output)
    return outcomes.get(first)?.code ?? 0
  }
  output.plotRecord(
    plotRecord({ ...began, ...(name !== undefined && { name }) }, plan, outcomes),
  )
  return 0
}

/** Where memos are kept, so is what they tell of. */
function openStore({ warehouse }: Resolved, runner: PlotRunner): PlotStore {
  const { io, transfer } = runner
  const base = keepsMemos(runner) ? cacheBaseOf(io.env, io.cwd) : transfer.scratch()
  const directory = warehouse ?? join(base, 'plot-wares')
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    const why = `${quote(directory)}: ${explainSystemError(error)}`
    const task = 'keep what steps hand on'
    throw new R2k8sError([{ code: 'output-unwritable', task, why }], { cause: error })
  }
  return { directory, takesAll: warehouse !== undefined }
}

interface Making {
  readonly resolved: Resolved
  readonly outputs: PlotOutputs
  /** Of the steps that are over. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** What runs are called after. */
  readonly stem: string
}

/** What keeps it from running is told here, and is the end of this step. */
async function runStep(
  step: PlannedStep,
  making: Making,
  runner: PlotRunner,
): Promise<Outcome> {
  const output = runner.output.step(step.name)
  try {
    return await performRun(wantedRun(step, making), { ...runner, output })
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code === 'cancelled') throw error
    output.failure(error.problems[0])
    output.problems(error.problems)
    // Most of what there is to say is said before anything is started.
    const code = exitCodes[error.code]
    return { code, record: undefined, results: new Map() }
  } finally {
    output.end()
  }
}

/** @throws R2k8sError when a step before has not made what this one takes */
function wantedRun(
  step: PlannedStep,
  { resolved, outputs, outcomes, stem }: Making,
): WantedRun {
  const wares = new Map<string, string>()
  const addresses = new Map(resolved.addresses)
  const sent = new Map<string, SentInput>()
  for (const { port, source } of step.inputs) {
    if (source.kind === 'catalog') {
      const ware = resolved.items.get(formatCatalogReference(source.reference))
      if (ware !== undefined) wares.set(port, ware)
    } else if (source.kind === 'step') {
      const ware = outcomes.get(source.step)?.results.get(source.output) ?? ''
      wares.set(port, ware)
      if (ware === '' || ware.endsWith(':-')) throw neverMade(source, port)
      const handedOn = outputs.handOn(ware)
      if (handedOn.kind === 'sent') sent.set(ware, handedOn.sent)
      else addresses.set(ware, handedOn.addresses)
    }
  }
  const answers: StepAnswers = { wares, addresses }
  const made = stepFormula(step, answers)
  if ('problems' in made) throw new R2k8sError(made.problems)
  const name = `${stem}-${step.name.replaceAll('/', '-')}`
  const ordered = orderOutputs(made.formula, outputs.savesOf(step), rootVolume)
  return { ...made, name, sent: [...sent.values()], ordered }
}

function neverMade({ step, output }: StepOutput, port: string): R2k8sError {
  const why = `the step ${quote(step)} made nothing where its output ${quote(output)} should be`
  return new R2k8sError([{ code: 'ware-not-found', task: `take ${quote(port)}`, why }])
}

function tellFailure(
  failed: readonly string[],
  left: readonly string[],
  output: RunOutput,
): void {
  const rest = left.length === 0 ? '' : `; not run: ${left.join(', ')}`
  const why = `${failed.join(', ')} failed${rest}`
  output.failure({ code: 'job-unsuccessful', task: 'finish the plot', why })
  output.log('error', `the plot is not done: ${why}`)
}

/** As Warpforge tells the results of a plot, with what tells it from another. */
function plotRecord(
  began: { readonly guid: string; readonly time: number; readonly name?: string },
  { outputs, steps }: PlotPlan,
  outcomes: ReadonlyMap<string, Outcome>,
): JsonObject {
  const results = [...outputs].map(([label, { step, output }]) => {
    const ware = outcomes.get(step)?.results.get(output)
    return [label, ware ?? ''] as const
  })
  const guids = steps.map(({ name }) => {
    return [name, outcomes.get(name)?.record?.['guid'] ?? ''] as const
  })
  const { guid, time, name } = began
  return {
    ...{ guid, time },
    ...(name !== undefined && { module: name }),
    steps: Object.fromEntries(guids),
    plotresults: Object.fromEntries(results),
  }
}

/** `plot.wf` says little: the directory says more. */
function stemOf(file: string, cwd: string): string {
  const stem = basename(file).replace(/\.(wf|json)$/, '')
  return stem === 'plot' ? basename(dirname(resolve(cwd, file))) : stem
}
