// What a pipe leads to in the end, through plots within plots in both directions.

import type { Place } from '../formula/problem-log.ts'
import type { Plot, PlotInput } from './plot.ts'
import type { OwnSource, Pipe } from './plot-source.ts'

/** A plot, and where it stands. */
export interface Scope {
  readonly plot: Plot
  /** In front of the names of its steps: empty, or the names of the plots around it, each with "/". */
  readonly prefix: string
  readonly outer: Scope | undefined
}

export interface StepOutput {
  readonly kind: 'step'
  /** As the plan names it, of a step that is no plot. */
  readonly step: string
  readonly output: string
}

export interface Traced {
  readonly source: OwnSource | StepOutput
  /** Where the source, or the last pipe that leads to it, is written. */
  readonly place: Place
  /** The input whose filters count: the nearest that has some. */
  readonly filtered: PlotInput
}

/**
 * A pipe takes what it leads to, and filters only where it has none itself.
 * @param scope of the plot in which the input's own pipe is to be understood
 * @returns undefined when a name on the way does not exist
 */
export function traceInput(
  scope: Scope | undefined,
  input: PlotInput,
): Traced | undefined {
  let within = scope
  let at = input
  let filtered = input
  while (at.from?.kind === 'pipe') {
    if (within === undefined) return undefined
    if (at.from.step !== '') {
      const source = traceOutput(within, at.from)
      return source && { source, place: at.place, filtered }
    }
    const outer = within.plot.inputs.get(at.from.label)
    if (outer === undefined) return undefined
    if (filtered.filters === undefined) filtered = outer
    at = outer
    within = within.outer
  }
  return at.from && { source: at.from, place: at.place, filtered }
}

/** The same for a pipe to a step: the outputs of a plot are those of its steps. */
export function traceOutput(scope: Scope, pipe: Pipe): StepOutput | undefined {
  let { plot, prefix } = scope
  let at = pipe
  for (;;) {
    const step = plot.steps.get(at.step)
    if (step?.kind === 'protoformula') {
      return { kind: 'step', step: prefix + at.step, output: at.label }
    }
    const next = step?.kind === 'plot' ? step.plot.outputs.get(at.label)?.from : undefined
    if (step?.kind !== 'plot' || next === undefined) return undefined
    prefix += `${at.step}/`
    plot = step.plot
    at = next
  }
}
