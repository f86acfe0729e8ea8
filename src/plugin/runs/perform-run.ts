// One formula, run: unless its record is there already, it is put into the cluster and followed to its end.

import { throwIfAny } from '../../errors.ts'
import type { Formula } from '../../formula/formula.ts'
import type { OrderedOutputs } from '../../run/order-outputs.ts'
import type { SentInput } from '../../run/run-order.ts'
import { startRun } from '../../run/start-run.ts'
import { checkSaves } from './check-saves.ts'
import { keepRecord, recallRun } from './memo.ts'
import { prepareRun } from './prepare-run.ts'
import type { Runner } from './runner.ts'
import { stayWith, type Outcome } from './stay-with.ts'

export interface WantedRun {
  readonly formula: Formula
  /** Of the formula. */
  readonly text: string
  /** A file name, or what else the run is to be called after. */
  readonly name: string
  /** Wares of this machine, packed and verified. */
  readonly sent: readonly SentInput[]
  readonly ordered: OrderedOutputs
}

/** @throws R2k8sError with what keeps it from running; Exit when the user has ended it */
export async function performRun(wanted: WantedRun, runner: Runner): Promise<Outcome> {
  const { formula, ordered } = wanted
  const { cluster, credentials, interaction, io, options, output } = runner
  const { client, namespace } = cluster
  throwIfAny(ordered.problems)
  const memo = await recallRun(formula, ordered, runner)
  if (memo !== undefined) {
    output.record(memo.record)
    return { code: 0, record: memo.record, results: memo.results }
  }
  await checkSaves(ordered, runner)
  const prepared = await prepareRun(wanted, runner)
  const { about, built, formulaText, sent } = prepared
  const objects = { namespace, about, built, formulaText, credentials, sent }
  const awaited = await startRun(client, objects, io.signal)
  output.log('info', `the run is ${about.name} in namespace ${namespace}`)
  const { exitCode, keep = false } = options
  const talk = interaction.of(output)
  const run = { client, namespace, about, sent: awaited, ...talk }
  const outcome = await stayWith(run, { exitCode, keep }, runner)
  await keepRecord(formula, outcome, runner)
  return outcome
}
