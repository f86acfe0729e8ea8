// A Warpforge plot.v1 as its author wrote it: read, its names judged, not what it pipes where.

import { quote } from '../errors.ts'
import type { Place, ProblemLog } from '../formula/problem-log.ts'
import {
  fieldsOf,
  memberPlaces,
  membersOf,
  required,
  stringOf,
} from '../formula/shape.ts'
import {
  readWarpforgeBody,
  readWarpforgeInputs,
  type WarpforgeBody,
  type WarpforgeInput,
} from '../formula/warpforge.ts'
import { longestLabel, whyNoLabel } from './names.ts'
import { parsePipe, parsePlotSource, type Pipe, type PlotSource } from './plot-source.ts'

export interface Plot {
  readonly place: Place
  readonly inputs: ReadonlyMap<string, PlotInput>
  readonly steps: ReadonlyMap<string, Step>
  readonly outputs: ReadonlyMap<string, PlotOutput>
}

/** Of a plot, or of a step; `port` is the label of an input of a plot. */
export interface PlotInput extends WarpforgeInput {
  /** Undefined when `source` is unreadable, which has been reported. */
  readonly from: PlotSource | undefined
}

export interface PlotOutput {
  /** Undefined when it is unreadable, which has been reported. */
  readonly from: Pipe | undefined
  readonly place: Place
}

export type Step = { readonly place: Place } & (
  | { readonly kind: 'protoformula'; readonly formula: Protoformula }
  | { readonly kind: 'plot'; readonly plot: Plot }
  /** Neither, which has been reported: nothing is known of its outputs. */
  | { readonly kind: 'unknown' }
)

/** A formula whose inputs may come from elsewhere. */
export interface Protoformula extends WarpforgeBody {
  readonly inputs: readonly PlotInput[]
}

/** Plots within each other, the outermost counted. */
export const maxNesting = 32

export function readPlotContent(log: ProblemLog, place: Place, level = 1): Plot {
  const fields = fieldsOf(log, place, ['inputs', 'steps', 'outputs'])
  const inputs = readInputs(log, required(log, place, fields, 'inputs'))
  for (const input of inputs) checkName(log, input.place, input.port)
  return {
    place,
    inputs: new Map(inputs.map((input) => [input.port, input])),
    steps: readSteps(log, required(log, place, fields, 'steps'), level),
    outputs: readOutputs(log, required(log, place, fields, 'outputs')),
  }
}

function checkName(log: ProblemLog, place: Place, name: string): void {
  const why = whyNoLabel(name)
  if (why !== undefined) log.reportKey(place, why)
}

function readInputs(log: ProblemLog, place: Place | undefined): PlotInput[] {
  return readWarpforgeInputs(log, place).map((input) => ({
    ...input,
    from: readSource(log, input),
  }))
}

function readSource(log: ProblemLog, { place, source }: WarpforgeInput) {
  const written = place.node.kind === 'object' ? memberPlaces(place).get('basis') : place
  // Whatever is no text has been reported as such.
  if (written?.node.kind !== 'scalar' || typeof written.node.value !== 'string') {
    return undefined
  }
  const parsed = parsePlotSource(source)
  if ('source' in parsed) return parsed.source
  log.report(place, parsed.why)
  return undefined
}

function readSteps(
  log: ProblemLog,
  place: Place | undefined,
  level: number,
): ReadonlyMap<string, Step> {
  const steps = new Map<string, Step>()
  for (const [name, step] of membersOf(log, place)) {
    checkName(log, step, name)
    if (name.length <= longestLabel) steps.set(name, readStep(log, step, level))
  }
  return steps
}

const stepKinds = ['protoformula', 'plot']

function readStep(log: ProblemLog, place: Place, level: number): Step {
  const kinds = fieldsOf(log, place, stepKinds)
  const protoformula = kinds.get('protoformula')
  const plot = kinds.get('plot')
  if (kinds.size === 1 && protoformula !== undefined) {
    return { kind: 'protoformula', place, formula: readProtoformula(log, protoformula) }
  }
  if (kinds.size === 1 && plot !== undefined && level < maxNesting) {
    return { kind: 'plot', place, plot: readPlotContent(log, plot, level + 1) }
  }
  if (kinds.size === 1) {
    log.report(place, `more than ${maxNesting} plots stand within each other`)
  } else if (place.node.kind === 'object') {
    const found = [...kinds.keys()].map(quote).join(' and ') || 'none'
    log.report(place, `holds exactly one of ${stepKinds.join(', ')}, not ${found}`)
  }
  return { kind: 'unknown', place }
}

function readProtoformula(log: ProblemLog, place: Place): Protoformula {
  const body = readWarpforgeBody(log, place)
  for (const output of body.outputs) checkName(log, output.place, output.name)
  const inputs = body.inputs.map((input) => ({ ...input, from: readSource(log, input) }))
  return { ...body, inputs }
}

function readOutputs(
  log: ProblemLog,
  place: Place | undefined,
): ReadonlyMap<string, PlotOutput> {
  const outputs = new Map<string, PlotOutput>()
  for (const [label, output] of membersOf(log, place)) {
    checkName(log, output, label)
    outputs.set(label, { from: readOutput(log, output), place: output })
  }
  return outputs
}

function readOutput(log: ProblemLog, place: Place): Pipe | undefined {
  const text = stringOf(log, place)
  if (text === undefined) return undefined
  const parsed = parsePipe(text)
  if ('source' in parsed) return parsed.source
  log.report(place, parsed.why)
  return undefined
}
