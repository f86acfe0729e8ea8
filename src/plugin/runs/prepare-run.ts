// From a formula and flags to the Job of a run: nothing is in the cluster yet.

import { randomBytes, randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { throwIfAny, type Problem } from '../../errors.ts'
import { noteLevel, noteSentence } from '../../mutate/decisions.ts'
import { prepareFormula, type PreparedFormula } from '../../mutate/prepared-formula.ts'
import { buildJob, type BuiltJob } from '../../run/build-job.ts'
import { makeGuid } from '../../run/guid.ts'
import type { RunAbout, RunOrder, SentInput } from '../../run/run-order.ts'
import { stemOf } from '../push/formula-name.ts'
import { openIndexLoader } from '../ware-index/load-indexes.ts'
import { interactiveOf } from './interaction.ts'
import { placeLocalWares, withAddresses, type LocalWares } from './local-wares.ts'
import type { WantedRun } from './perform-run.ts'
import type { StepOutput } from './run-output.ts'
import type { Runner } from './runner.ts'

export interface PreparedRun {
  readonly about: RunAbout
  readonly built: BuiltJob
  readonly formulaText: string
  readonly sent: readonly SentInput[]
}

const day = 24 * 3600

/** @throws R2k8sError with everything that keeps the formula from running */
export async function prepareRun(
  wanted: WantedRun,
  runner: Runner,
): Promise<PreparedRun> {
  const { io, options, output, settings } = runner
  const { name, ordered, text } = wanted
  const { formula, sent } = await placeLocalWares(wanted, runner)
  const prepared = await prepareWithIndexes({ formula, sent }, runner)
  throwIfAny([...prepared.problems, ...refusals(prepared, name)])
  // Each as the dialect's own tool makes it.
  const isWarpforge = formula.dialect === 'warpforge'
  const guid = isWarpforge ? randomUUID() : makeGuid(io.now(), randomBytes)
  const about: RunAbout = {
    guid,
    name: `${stemOf(name).replaceAll('.', '-').slice(0, longestStem)}-${guid.slice(-8)}`,
    formula: basename(name),
    formulaId: formula.id,
    dialect: formula.dialect,
    time: Math.floor(io.now() / 1000),
    onDisconnect: options.onDisconnect,
    timeoutSeconds: seconds(options.timeout, day),
    leaseSeconds: seconds(options.lease, 120),
    outputs: formula.outputs.map((each) => each.name),
    fetched: ordered.fetched,
  }
  const order: RunOrder = {
    ...{ about, prepared, settings, outputs: ordered.outputs, version: io.version },
    sent,
    packTimeoutSeconds: seconds(options.packTimeout, 3600),
    ttlSeconds: options.keep === true ? day : 300,
    hasSecret: options.credentials !== undefined,
    ...interactiveOf(options),
    ...(options.warehouseSecret !== undefined && { secret: options.warehouseSecret }),
  }
  const built = buildJob(order)
  tellNotes(built, output)
  return { about, built, formulaText: text, sent }
}

/** A name of a pod is its Job's and five characters more, 63 at the most. */
const longestStem = 40

function seconds(milliseconds: number | undefined, usual: number): number {
  return milliseconds === undefined ? usual : Math.max(1, Math.ceil(milliseconds / 1000))
}

/** What wares hold is asked of their warehouses, which may answer in the cluster alone. */
async function prepareWithIndexes(
  { formula, sent }: LocalWares,
  { io, options, output, settings, terminal }: Runner,
): Promise<PreparedFormula> {
  const { source: sources = [] } = options
  const elsewhere = new Set(sent.map(({ ware }) => ware))
  const order = { settings, sources, elsewhere }
  const loaded = { formula, indexes: new Map() }
  const first = prepareFormula(loaded, order)
  if (first.problems.length > 0 || first.refusals.length > 0) return first
  const loader = openIndexLoader({ everywhere: true, sources, settings, io, terminal })
  try {
    const here = withAddresses(formula, sent, ({ file }) => pathToFileURL(file).href)
    const { indexes } = await loader.complete({ ...loaded, formula: here })
    for (const { why } of loader.problems) {
      output.log('warn', `what a ware holds cannot be read from here: ${why}`)
    }
    return prepareFormula({ formula, indexes }, order)
  } finally {
    await loader.close()
  }
}

function refusals({ refusals }: PreparedFormula, where: string): Problem[] {
  return refusals.map(({ why, hint }) => ({
    ...{ code: 'formula-invalid' as const, task: 'run the formula', where, why },
    hints: [hint],
  }))
}

/** That outputs are left out is true of pods, not of runs. */
function tellNotes({ decisions }: BuiltJob, output: StepOutput): void {
  for (const decision of decisions) {
    if (decision.kind !== 'rewritten') continue
    for (const note of decision.notes) {
      if (note.code === 'outputs-left-out' || noteLevel(note) !== 'warning') continue
      output.log('warn', noteSentence(note))
    }
  }
}
