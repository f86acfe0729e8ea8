// Wares of a formula that lie on this machine and nowhere a pod could look: they are sent into the pod, or
// uploaded where pods can look.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Formula, FormulaInput } from '../../formula/formula.ts'
import { reachableAddresses } from '../../mutate/warehouses.ts'
import type { SentInput } from '../../run/run-order.ts'
import { mirrorWare } from '../../transfer/mirror-ware.ts'
import { formatWareId, parseWareId } from '../../ware/ware-id.ts'
import {
  isReachableFromPods,
  parseWarehouseAddress,
} from '../../ware/warehouse-address.ts'
import { formatBytes } from '../ware/format-bytes.ts'
import { sentFrom } from './local-inputs.ts'
import type { WantedRun } from './perform-run.ts'
import type { Runner } from './runner.ts'
import { usage } from './usage.ts'

export interface LocalWares {
  /** With the addresses of what was uploaded. */
  readonly formula: Formula
  /** What is left to send. */
  readonly sent: readonly SentInput[]
}

/** @throws R2k8sError */
export async function placeLocalWares(
  { formula, sent: known }: WantedRun,
  runner: Runner,
): Promise<LocalWares> {
  const sent = [...known, ...(await copyLocalWares(formula, known, runner))]
  const { upload } = runner.options
  if (upload === undefined) return { formula, sent }
  for (const each of sent) await uploadWare(each, upload, runner)
  return { formula: withAddresses(formula, sent, () => upload), sent: [] }
}

/** @throws R2k8sError usage */
export function checkUpload(upload: string | undefined): void {
  if (upload === undefined) return
  const task = 'use --upload'
  const hint = 'write it as --upload ca+https://wares.example/'
  const parsed = parseWarehouseAddress(upload, 'tar')
  if ('why' in parsed) throw usage(task, parsed.why, hint)
  const { address } = parsed
  if (!isReachableFromPods(address))
    throw usage(task, 'it is on this machine, where no pod can look', hint)
  if (!address.contentAddressed)
    throw usage(task, 'it names one archive; inputs need a warehouse', hint)
}

/** Copied once they are verified. */
async function copyLocalWares(
  formula: Formula,
  known: readonly SentInput[],
  { options, settings, transfer }: Runner,
): Promise<SentInput[]> {
  const { source: sources = [] } = options
  const copied = new Map(known.map((each) => [each.ware, each] as const))
  for (const { source } of formula.inputs) {
    if (source.kind !== 'ware' || source.wareId.packtype === 'git') continue
    const ware = formatWareId(source.wareId)
    const { addresses, leftOut } = reachableAddresses(source, sources, settings)
    if (copied.has(ware) || addresses.length > 0 || leftOut.length === 0) continue
    const file = join(transfer.scratch(), `copied-${randomUUID()}`)
    const target = pathToFileURL(file).href
    const request = { wareId: source.wareId, addresses: leftOut, target }
    await mirrorWare(request, transfer)
    copied.set(ware, sentFrom(ware, file))
  }
  return [...copied.values()].filter((each) => !known.includes(each))
}

/** Nothing is sent where the warehouse has it already. */
async function uploadWare(
  { ware, file, bytes }: SentInput,
  target: string,
  { output, transfer }: Runner,
): Promise<void> {
  const parsed = parseWareId(ware)
  if ('why' in parsed) throw new Error(`${ware} was packed`)
  const addresses = [pathToFileURL(file).href]
  const done = await mirrorWare({ wareId: parsed.wareId, addresses, target }, transfer)
  const isThere = done === 'there-already'
  const what = isThere ? `${ware} is at` : `uploaded ${ware}, ${formatBytes(bytes)}, to`
  output.log('info', `${what} ${target}${isThere ? ' already' : ''}`)
}

/** The same, with one address for each of these wares. */
export function withAddresses(
  formula: Formula,
  wares: readonly SentInput[],
  addressOf: (ware: SentInput) => string,
): Formula {
  const inputs = formula.inputs.map((input): FormulaInput => {
    const { source } = input
    if (source.kind !== 'ware') return input
    const ware = wares.find((each) => each.ware === formatWareId(source.wareId))
    if (ware === undefined) return input
    return { ...input, source: { ...source, addresses: [addressOf(ware)] } }
  })
  return { ...formula, inputs }
}
