// Short ways to read a plot in a test.

import { describeProblem, type Problem } from '../../src/errors.ts'
import type { JsonObject } from '../../src/json.ts'
import type { PlannedStep, PlotPlan } from '../../src/plot/plan-plot.ts'
import { readPlot } from '../../src/plot/read-plot.ts'
import {
  stepFormula,
  type StepAnswers,
  type StepFormula,
} from '../../src/plot/step-formula.ts'
import { busybash } from '../formula/read.ts'

export const root = `ware:${busybash}`

/** A protoformula with a root. */
export function step(
  inputs: JsonObject = {},
  outputs: readonly string[] = ['out'],
  change: JsonObject = {},
): JsonObject {
  const gathers = outputs.map((name) => [name, { from: `/${name}` }] as const)
  return {
    protoformula: {
      inputs: { '/': root, ...inputs },
      action: { exec: { command: ['/bin/true'] } },
      outputs: Object.fromEntries(gathers),
      ...change,
    },
  }
}

export function plot(
  steps: JsonObject,
  outputs: JsonObject = {},
  inputs: JsonObject = {},
): JsonObject {
  return { inputs, steps, outputs }
}

/** One member a line, so that the places in messages differ. */
export function textOf(content: JsonObject): string {
  return JSON.stringify({ 'plot.v1': content }, null, 1)
}

export function planOf(content: JsonObject | string): PlotPlan {
  const text = typeof content === 'string' ? content : textOf(content)
  const read = readPlot(text, 'plot.wf')
  if ('problems' in read) throw new Error(read.problems.map(describeProblem).join('\n'))
  return read.plan
}

export function stepsOf(content: JsonObject): string[] {
  return planOf(content).steps.map(({ name }) => name)
}

export function stepNamed({ steps }: PlotPlan, name: string): PlannedStep {
  const found = steps.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no step ${name}`)
  return found
}

/** One line per problem, as a user sees it, without the sentence that all begin with. */
export function problemsOf(content: JsonObject | string): string[] {
  const text = typeof content === 'string' ? content : textOf(content)
  const read = readPlot(text, 'plot.wf')
  return 'problems' in read ? read.problems.map(shortly) : []
}

export function shortly(problem: Problem): string {
  return describeProblem(problem).replace(/^cannot read the plot at plot\.wf:/, '')
}

export function formulaOf(
  planned: PlannedStep,
  { wares = {}, addresses = {} }: Partial<Answers> = {},
): StepFormula {
  const made = stepFormula(planned, answers({ wares, addresses }))
  if ('problems' in made) throw new Error(made.problems.map(describeProblem).join('\n'))
  return made
}

interface Answers {
  readonly wares: Readonly<Record<string, string>>
  readonly addresses: Readonly<Record<string, readonly string[]>>
}

export function answers({ wares, addresses }: Partial<Answers>): StepAnswers {
  return {
    wares: new Map(Object.entries(wares ?? {})),
    addresses: new Map(Object.entries(addresses ?? {})),
  }
}
