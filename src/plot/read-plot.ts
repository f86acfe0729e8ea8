// The text of a Warpforge plot to the plan of its steps.

import {
  createProblemLog,
  problemsOf,
  withoutEchoes,
  type FoundProblem,
  type Problems,
} from '../formula/problem-log.ts'
import { planPlot, type PlotPlan } from './plan-plot.ts'
import { readPlotContent } from './plot.ts'
import { readDocument } from './read-document.ts'
import { checkSteps, readingPlot } from './step-formula.ts'

/**
 * A plan whose every step makes a formula that can run, or everything that is wrong with the text.
 * `file` is what the places in messages are called.
 */
export function readPlot(
  text: string,
  file: string,
): { plan: PlotPlan } | { problems: Problems } {
  const opened = readDocument(text, file, {
    task: readingPlot,
    name: 'a plot',
    capsule: 'plot.v1',
    marks: ['inputs', 'steps', 'outputs'],
  })
  if ('problems' in opened) return opened
  const { content, log: shape } = opened
  const plot = readPlotContent(shape, content)
  const wiring = createProblemLog('warpforge', shape.locate, readingPlot)
  const plan = planPlot(wiring, plot)
  const meaning = createProblemLog('warpforge', shape.locate, readingPlot)
  checkSteps(meaning, plan.steps)
  let found: readonly FoundProblem[] = []
  for (const log of [shape, wiring, meaning]) {
    found = [...found, ...withoutEchoes(onceEach(log.found), found)]
  }
  return problemsOf(found) ?? { plan }
}

/** What is wrong with an input of the plot is found again in each step that it is piped to. */
function onceEach(found: readonly FoundProblem[]): readonly FoundProblem[] {
  const each = found.map((one) => [`${one.offset} ${one.problem.why}`, one] as const)
  return [...new Map(each).values()]
}
