// Where the outputs of a plot's steps go: where the user wants them, and where the steps behind find them.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote, R2k8sError } from '../../errors.ts'
import type { PlannedStep, PlotPlan } from '../../plot/plan-plot.ts'
import type { Save } from '../../run/order-outputs.ts'
import type { SentInput } from '../../run/run-order.ts'
import { parseWareId } from '../../ware/ware-id.ts'
import { warePath } from '../../ware/ware-path.ts'
import { isWrittenForPods, parseWarehouseAddress } from '../../ware/warehouse-address.ts'
import { sentFrom } from '../runs/local-inputs.ts'
import { readSaves } from '../runs/read-saves.ts'
import { usage } from '../runs/usage.ts'

/** For what no warehouse of the user's takes. */
export interface PlotStore {
  /** On this machine, of the layout `ca+file`. */
  readonly directory: string
  /** Whether it takes all outputs, or those alone that steps hand on. */
  readonly takesAll: boolean
}

export interface PlotOutputs {
  readonly savesOf: (step: PlannedStep) => readonly Save[]
  /** How the steps behind get a ware that a step has made. */
  readonly handOn: (ware: string) => HandedOn
}

export type HandedOn =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'sent'; readonly sent: SentInput }

/** @throws R2k8sError usage with all that is wrong with --save */
export function arrangeOutputs(
  plan: PlotPlan,
  texts: readonly string[],
  store: PlotStore,
): PlotOutputs {
  const labels = [...plan.outputs.keys()]
  const outputs = labels.map((label) => ({ name: label, path: label }))
  const saves = readSaves(texts, { outputs, owner: 'the plot' }).map((save) =>
    // A place for one archive is meant for the output of the plot.
    save.output === undefined && !isWarehouse(save)
      ? { ...save, output: onlyOf(labels) }
      : save,
  )
  const shared = saves
    .filter((save) => save.output === undefined && isWrittenForPods(save.address, 'tar'))
    .map(({ address }) => address)
  const handedOn = outputsHandedOn(plan)
  const home = `ca+${pathToFileURL(store.directory).href}`

  function addressesOf(key: string): readonly string[] {
    const wanted = saves
      .filter(
        ({ output }) => output === undefined || keyOf(plan.outputs.get(output)) === key,
      )
      .map(({ address }) => address)
    const isForStore = shared.length === 0 && (store.takesAll || handedOn.has(key))
    return isForStore ? [...wanted, home] : wanted
  }

  return {
    savesOf: ({ name: step, formula }) =>
      formula.outputs.flatMap(({ name: output }) =>
        addressesOf(keyOf({ step, output })).map((address) => ({ output, address })),
      ),
    handOn: (ware) => {
      if (shared.length > 0) return { kind: 'addresses', addresses: shared }
      const parsed = parseWareId(ware)
      if ('why' in parsed) throw new Error(`a step has made ${ware}`)
      const file = join(store.directory, warePath(parsed.wareId, 'fan-out'))
      if (!existsSync(file)) throw lost(ware, store.directory)
      return { kind: 'sent', sent: sentFrom(ware, file) }
    },
  }
}

function lost(ware: string, directory: string): R2k8sError {
  const task = `hand ${ware} on`
  const why = `it is not in ${quote(directory)} any more`
  return new R2k8sError([{ code: 'ware-not-found', task, why }])
}

interface OutputOfStep {
  readonly step: string
  readonly output: string
}

/** Neither name holds a colon. */
function keyOf(output: OutputOfStep | undefined): string {
  return output === undefined ? '' : `${output.step}:${output.output}`
}

function outputsHandedOn({ steps }: PlotPlan): ReadonlySet<string> {
  const sources = steps.flatMap(({ inputs }) => inputs.map(({ source }) => source))
  return new Set(sources.map((source) => (source.kind === 'step' ? keyOf(source) : '')))
}

function isWarehouse({ address }: Save): boolean {
  const parsed = parseWarehouseAddress(address, 'tar')
  return 'address' in parsed && parsed.address.contentAddressed
}

function onlyOf(labels: readonly string[]): string {
  const [label, ...others] = labels
  if (label !== undefined && others.length === 0) return label
  const why = `the plot has ${labels.length} outputs, and the address is a place for one archive`
  throw usage(
    'use --save',
    why,
    'write --save LABEL=URL, or an address that begins with "ca+"',
  )
}
