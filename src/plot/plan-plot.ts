// A plot laid flat: its steps, also those of plots within it, in the order of their running.

import { quote } from '../errors.ts'
import { compareBytes } from '../formula/byte-order.ts'
import type { Place, ProblemLog } from '../formula/problem-log.ts'
import type { WarpforgeInput } from '../formula/warpforge.ts'
import { checkOutermostInputs, checkPipes } from './check-pipes.ts'
import type { OwnSource } from './plot-source.ts'
import type { Plot, PlotInput, Protoformula } from './plot.ts'
import {
  traceInput,
  traceOutput,
  type Scope,
  type StepOutput,
  type Traced,
} from './trace-pipe.ts'

export interface PlotPlan {
  /** Each behind all that it needs. */
  readonly steps: readonly PlannedStep[]
  /** What the plot gives, by label and in bytewise order. */
  readonly outputs: ReadonlyMap<string, StepOutput>
}

export interface PlannedStep {
  /** `outer/inner` for the step `inner` of the plot `outer`; no other step has this name. */
  readonly name: string
  /** Where it is written, as `file:line:col`. */
  readonly where: string
  readonly inputs: readonly StepInput[]
  /** Names of the steps whose outputs it takes: it can run when they have. */
  readonly needs: readonly string[]
  readonly place: Place
  /** As written: what the inputs are is in `inputs`. */
  readonly formula: Protoformula
  /** Of the text that all places are in. */
  readonly locate: (offset: number) => string
}

export interface StepInput {
  /** `/path` or `$VAR` */
  readonly port: string
  /** What it comes from in the end, pipes followed. */
  readonly source: OwnSource | StepOutput
  /** Where the source is written, maybe in a plot around the step, as `file:line:col`. */
  readonly where: string
  /** The input as written, with the filters that count and the place of its source. */
  readonly written: WarpforgeInput
}

export const maxSteps = 10_000

/** Of use only when the log has no problem afterwards. */
export function planPlot(log: ProblemLog, plot: Plot): PlotPlan {
  checkOutermostInputs(log, plot)
  const scope = { plot, prefix: '', outer: undefined }
  const steps = planSteps(log, scope)
  if (steps.length > maxSteps) {
    const count = `${steps.length} steps, with those of plots within it`
    log.report(plot.place, `has ${count}; at most ${maxSteps} are allowed`)
    return { steps: [], outputs: new Map() }
  }
  checkNames(log, steps)
  const outputs = [...plot.outputs]
    .sort(([a], [b]) => compareBytes(a, b))
    .flatMap(([label, { from }]) => {
      const output = from && traceOutput(scope, from)
      return output === undefined ? [] : [[label, output] as const]
    })
  return { steps, outputs: new Map(outputs) }
}

/** A plot runs as a whole where its turn is: whatever it takes from other steps is there by then. */
function planSteps(log: ProblemLog, scope: Scope): PlannedStep[] {
  return checkPipes(log, scope.plot).flatMap((name) => {
    const step = scope.plot.steps.get(name)
    if (step?.kind === 'plot') {
      const prefix = `${scope.prefix}${name}/`
      return planSteps(log, { plot: step.plot, prefix, outer: scope })
    }
    if (step?.kind !== 'protoformula') return []
    const { formula, place } = step
    return [planStep(log, scope, { name: scope.prefix + name, formula, place })]
  })
}

function planStep(
  log: ProblemLog,
  scope: Scope,
  step: { readonly name: string; readonly formula: Protoformula; readonly place: Place },
): PlannedStep {
  const { name, formula, place } = step
  const { locate } = log
  const inputs = formula.inputs.map((input) => planInput(log, scope, input))
  const needs = inputs.flatMap(({ source }) =>
    source.kind === 'step' ? [source.step] : [],
  )
  const where = locate(place.offset)
  return { name, where, inputs, needs: [...new Set(needs)], place, formula, locate }
}

function planInput(log: ProblemLog, scope: Scope, input: PlotInput): StepInput {
  const { source, place, filtered } = traceInput(scope, input) ?? standIn(input)
  const { filters, filterPlaces } = filtered
  return {
    port: input.port,
    source,
    where: log.locate(place.node.range.start),
    written: { ...input, filters, filterPlaces, sourcePlace: place },
  }
}

/** For what has been reported: one that no check objects to. */
function standIn(input: PlotInput): Traced {
  const text = input.port.startsWith('$') ? 'literal:' : anyWare
  return { source: { kind: 'fixed', text }, place: input.place, filtered: input }
}

/** Of 48 bytes of zero: nobody has it, and nothing is wrong with it. */
export const anyWare = `ware:tar:${'1'.repeat(48)}`

/** "a/b" may be the step "b" of the plot "a", and a step of that name. */
function checkNames(log: ProblemLog, steps: readonly PlannedStep[]): void {
  const seen = new Map<string, PlannedStep>()
  for (const step of steps) {
    const other = seen.get(step.name)
    if (other !== undefined) {
      const name = `${quote(step.name)} among all steps`
      log.reportKey(
        step.place,
        `is ${name}, and so is that at ${other.where}: rename one`,
      )
    }
    seen.set(step.name, step)
  }
}
