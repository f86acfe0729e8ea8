// From a formula and flags to the Job of a run: nothing is in the cluster yet.

import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { throwIfAny, type Problem } from '../../errors.ts'
import { noteLevel, noteSentence } from '../../mutate/decisions.ts'
import { prepareFormula, type PreparedFormula } from '../../mutate/prepared-formula.ts'
import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import { buildJob, type BuiltJob } from '../../run/build-job.ts'
import { makeGuid } from '../../run/guid.ts'
import { orderOutputs } from '../../run/order-outputs.ts'
import {
  rootVolume,
  type RunAbout,
  type RunOrder,
  type SentInput,
} from '../../run/run-order.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import type { Dialect } from '../../formula/formula.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import type { Io } from '../io.ts'
import { stemOf } from '../push/formula-name.ts'
import { checkSources } from '../source-option.ts'
import type { Terminal } from '../terminal.ts'
import { openIndexLoader } from '../ware-index/load-indexes.ts'
import { interactiveOf } from './interaction.ts'
import { copyLocalWares, packInput, readLocalInputs } from './local-inputs.ts'
import { readRunFormula } from './read-run-formula.ts'
import { readSaves } from './read-saves.ts'
import type { RunOutput } from './run-output.ts'
import type { RunOptions } from './run.ts'

export interface PreparedRun {
  readonly about: RunAbout
  readonly built: BuiltJob
  readonly formulaText: string
  readonly sent: readonly SentInput[]
}

export interface Preparing {
  readonly cluster: OpenCluster
  readonly io: Io
  readonly terminal: Terminal
  readonly output: RunOutput
  readonly transfer: TransferContext
  readonly signal: AbortSignal
}

const day = 24 * 3600

/** @throws R2k8sError with everything that keeps the formula from running */
export async function prepareRun(
  file: string,
  options: RunOptions,
  preparing: Preparing,
): Promise<PreparedRun> {
  const { io, output, transfer } = preparing
  const { source: sources = [], input = [] } = options
  checkSources(sources)
  const inputs = readLocalInputs(input, io)
  const packed: SentInput[] = []
  const place = (number: number): string => join(transfer.scratch(), `input-${number}`)
  const pack = async (dialect: Dialect): Promise<ReadonlyMap<string, string>> => {
    const hashes = new Map<string, string>()
    for (const each of inputs) {
      const made = await packInput(each, dialect, place(packed.length), transfer)
      // The same files at two paths are one ware.
      if (!packed.some(({ ware }) => ware === made.sent.ware)) packed.push(made.sent)
      hashes.set(each.path, made.hash)
    }
    return hashes
  }
  const [{ formula, text, file: name }, settings] = await Promise.all([
    readRunFormula(file, { ...options, pack }, io),
    chooseSettings(options, preparing),
  ])
  const copied = await copyLocalWares(
    formula,
    { sources, settings, known: new Set(packed.map(({ ware }) => ware)) },
    (number) => place(packed.length + number),
    transfer,
  )
  const sent = [...packed, ...copied]
  const saves = readSaves(options.save ?? [], formula)
  const ordered = orderOutputs(formula, saves, rootVolume)
  const prepared = await prepareWithIndexes(
    { formula, sources, settings, sent },
    preparing,
  )
  throwIfAny([...ordered.problems, ...prepared.problems, ...refusals(prepared, name)])
  const guid = makeGuid(io.now(), randomBytes)
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
    ...interactiveOf(options),
    packTimeoutSeconds: seconds(options.packTimeout, 3600),
    ttlSeconds: options.keep === true ? day : 300,
    hasSecret: options.credentials !== undefined,
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

async function chooseSettings(
  { agentImage, baseImage }: RunOptions,
  { cluster, io, terminal, signal }: Preparing,
): Promise<Settings> {
  const { readClusterSettings } = await import('../cluster/cluster-settings.ts')
  const defaults = defaultSettings(io.version)
  const settings = await readClusterSettings(cluster, { defaults, signal, terminal })
  return {
    ...settings,
    ...(agentImage !== undefined && { agentImage }),
    ...(baseImage !== undefined && { baseImage }),
  }
}

/** What wares hold is asked of their warehouses, which may answer in the cluster alone. */
async function prepareWithIndexes(
  {
    formula,
    sources,
    settings,
    sent,
  }: Pick<Parameters<typeof prepareFormula>[0], 'formula'> & {
    readonly sources: readonly string[]
    readonly settings: Settings
    readonly sent: readonly SentInput[]
  },
  { io, terminal, output }: Preparing,
): Promise<PreparedFormula> {
  const elsewhere = new Set(sent.map(({ ware }) => ware))
  const order = { settings, sources, elsewhere }
  const loaded = { formula, indexes: new Map() }
  const first = prepareFormula(loaded, order)
  if (first.problems.length > 0 || first.refusals.length > 0) return first
  const loader = openIndexLoader({ everywhere: true, sources, settings, io, terminal })
  try {
    const { indexes } = await loader.complete(loaded)
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
function tellNotes({ decisions }: BuiltJob, output: RunOutput): void {
  for (const decision of decisions) {
    if (decision.kind !== 'rewritten') continue
    for (const note of decision.notes) {
      if (note.code === 'outputs-left-out' || noteLevel(note) !== 'warning') continue
      output.log('warn', noteSentence(note))
    }
  }
}
