// From a planned step to the formula that runs: its ID is the one that Warpforge computes for it.

import type { Formula } from '../formula/formula.ts'
import { maxFormulaBytes } from '../formula/open-document.ts'
import {
  createProblemLog,
  problemsOf,
  type ProblemLog,
  type Problems,
} from '../formula/problem-log.ts'
import { warpforgeFormula } from '../formula/warpforge-formula.ts'
import type { WarpforgeDocument, WarpforgeInput } from '../formula/warpforge.ts'
import { wareOfSource } from './plot-source.ts'
import { anyWare, type PlannedStep, type StepInput } from './plan-plot.ts'
import { formulaText, formulaValue, idOfValue } from './write-step.ts'

/** What only the world can say. */
export interface StepAnswers {
  /** Ware IDs (`tar:…`) by port: one for each input whose source is not `fixed`. */
  readonly wares: ReadonlyMap<string, string>
  /** Where a ware may be found, best first, by ware ID; also of those that the plot names itself. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

export interface StepFormula {
  readonly formula: Formula
  /** A Warpforge formula with its context, of the same ID; it names one address for each ware. */
  readonly text: string
}

/** Problems are of the answers, once `checkSteps` has found none: an output that was never made. */
export function stepFormula(
  step: PlannedStep,
  { wares, addresses }: StepAnswers,
): StepFormula | { problems: Problems } {
  const inputs = step.inputs.map(({ port, source, written }) => {
    if (source.kind === 'fixed') return { ...written, source: source.text }
    const ware = wares.get(port)
    if (ware === undefined)
      throw new Error(`no ware for ${port} of the step ${step.name}`)
    return { ...written, source: `ware:${ware}` }
  })
  const log = createProblemLog('warpforge', step.locate, readingPlot)
  const value = formulaValue(step.formula, inputs)
  const document = documentOf(step, inputs, addresses)
  const formula = warpforgeFormula(log, document, idOfValue(value))
  const text = formulaText(value, formula.inputs)
  checkSize(log, step, bytesOf(text))
  return problemsOf(log.found) ?? { formula, text }
}

export const readingPlot = 'read the plot'

/** Whether all steps make formulas that can run, whatever wares they will get. */
export function checkSteps(log: ProblemLog, steps: readonly PlannedStep[]): void {
  const lengths = new Map<string, number>()
  for (const step of steps) {
    const inputs = step.inputs.map((input) => ({
      ...input.written,
      source: anyText(input),
    }))
    warpforgeFormula(log, documentOf(step, inputs, new Map()), '')
    checkSize(log, step, bytesOfStep(step, inputs, lengths))
  }
}

/**
 * As many as the text has. Thousands of steps may pipe the same long literal, so it is not written
 * for each of them: its length is added.
 * @param lengths of sources that have been measured
 */
function bytesOfStep(
  { formula }: PlannedStep,
  inputs: readonly WarpforgeInput[],
  lengths: Map<string, number>,
): number {
  const without = inputs.map((input) => ({ ...input, source: '' }))
  let bytes = bytesOf(formulaText(formulaValue(formula, without), []))
  for (const { source } of inputs) {
    const length = lengths.get(source) ?? bytesOf(JSON.stringify(source)) - '""'.length
    lengths.set(source, length)
    bytes += length
  }
  return bytes
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

function anyText({ source }: StepInput): string {
  switch (source.kind) {
    case 'fixed':
      return source.text
    case 'ingest':
      return `ware:git:${'0'.repeat(40)}`
    case 'catalog':
    case 'step':
      return anyWare
  }
}

function documentOf(
  step: PlannedStep,
  inputs: readonly WarpforgeInput[],
  addresses: StepAnswers['addresses'],
): WarpforgeDocument {
  const warehouses = inputs.flatMap(({ source, sourcePlace: place }) => {
    const ware = wareOfSource(source) ?? ''
    const urls = addresses.get(ware)
    return urls === undefined
      ? []
      : [[ware, urls.map((url) => ({ url, place }))] as const]
  })
  return { ...step.formula, inputs, warehouses: new Map(warehouses) }
}

function checkSize(log: ProblemLog, { formula }: PlannedStep, bytes: number): void {
  if (bytes <= maxFormulaBytes) return
  const why = `its formula has ${bytes} bytes; at most ${maxFormulaBytes} are allowed`
  log.report(formula.place, why)
}
