// Whether the pipes of one plot lead anywhere, and none of its steps waits for itself.

import { quote } from '../errors.ts'
import { maxProblems, type Place, type ProblemLog } from '../formula/problem-log.ts'
import { meant } from './names.ts'
import { orderSteps } from './order-steps.ts'
import type { Plot, PlotInput, Step } from './plot.ts'
import type { Pipe } from './plot-source.ts'

/** @returns the names of its steps in the order of their running */
export function checkPipes(log: ProblemLog, plot: Plot): readonly string[] {
  const outputs = new Map([...plot.steps].map(([name, step]) => [name, outputsOf(step)]))
  for (const step of plot.steps.values()) {
    for (const { from, place } of inputsOf(step)) {
      if (from?.kind !== 'pipe') continue
      if (from.step === '') checkInner(log, plot, place, from)
      else checkPipe(log, outputs, place, from)
    }
  }
  for (const { from, place } of plot.outputs.values()) {
    if (from?.step === '') {
      log.report(place, 'leads to an input of the plot itself; outputs come from steps')
    } else if (from !== undefined) checkPipe(log, outputs, place, from)
  }
  return orderOf(log, plot)
}

/** The outermost plot has nothing around it. */
export function checkOutermostInputs(log: ProblemLog, plot: Plot): void {
  for (const { from, place } of plot.inputs.values()) {
    if (from?.kind !== 'pipe') continue
    log.report(
      place,
      'is a pipe, but around this plot there is none that it could lead to',
    )
  }
}

function inputsOf(step: Step): Iterable<PlotInput> {
  if (step.kind === 'protoformula') return step.formula.inputs
  return step.kind === 'plot' ? step.plot.inputs.values() : []
}

function checkInner(log: ProblemLog, { inputs }: Plot, place: Place, { label }: Pipe) {
  if (inputs.has(label)) return
  const hint = meant(log, label, inputs.keys())
  log.report(place, `the plot has no input ${quote(label)}${hint}`)
}

/** @param outputs of each step of the plot; undefined where they are not known */
function checkPipe(
  log: ProblemLog,
  outputs: ReadonlyMap<string, ReadonlySet<string> | undefined>,
  place: Place,
  { step, label }: Pipe,
): void {
  if (!outputs.has(step)) {
    const hint = meant(log, step, outputs.keys())
    log.report(place, `there is no step ${quote(step)} in the same plot${hint}`)
    return
  }
  const labels = outputs.get(step)
  if (labels === undefined || labels.has(label)) return
  const hint = meant(log, label, labels)
  log.report(place, `the step ${quote(step)} has no output ${quote(label)}${hint}`)
}

function outputsOf(step: Step): ReadonlySet<string> | undefined {
  switch (step.kind) {
    case 'protoformula':
      return new Set(step.formula.outputs.map(({ name }) => name))
    case 'plot':
      return new Set(step.plot.outputs.keys())
    case 'unknown':
      return undefined
  }
}

function orderOf(log: ProblemLog, plot: Plot): readonly string[] {
  const needs = new Map<string, ReadonlySet<string>>()
  for (const [name, step] of plot.steps) {
    const names = [...inputsOf(step)]
      .map(({ from }) => (from?.kind === 'pipe' ? from.step : ''))
      .filter((other) => plot.steps.has(other))
    needs.set(name, new Set(names))
  }
  const { order, cycles } = orderSteps(needs, maxProblems)
  for (const cycle of cycles) reportCycle(log, plot, cycle)
  return order
}

/** At the input that closes the circle. */
function reportCycle(log: ProblemLog, plot: Plot, cycle: readonly string[]): void {
  const [first = '', last = ''] = [cycle[0], cycle.at(-1)]
  const step = plot.steps.get(last)
  const input =
    step &&
    [...inputsOf(step)].find(({ from }) => from?.kind === 'pipe' && from.step === first)
  if (input === undefined) return
  const most = 8
  const begin = cycle.slice(0, most).map(quote)
  const end = cycle.length > most ? ['…', quote(last), quote(first)] : [quote(first)]
  const circle = [...begin, ...end].join(' → ')
  log.report(input.place, `steps wait for each other in a circle: ${circle}`)
}
