// The outputs of a formula → what the packer is told, and what the client takes home itself.

import { quote, type Problem } from '../errors.ts'
import type { Dialect, Formula, FormulaOutput } from '../formula/formula.ts'
import type { OutputOrder } from '../mutate/pack-plan.ts'
import { filterPresets, type FilterPreset } from '../ware/filters.ts'
import { isWrittenForPods } from '../ware/warehouse-address.ts'
import type { FetchedOutput } from './run-order.ts'

/** An address for one output, or for all of them. */
export interface Save {
  readonly output?: string
  readonly address: string
}

export interface OrderedOutputs {
  readonly outputs: readonly OutputOrder[]
  /** Those of which a copy goes to the disk of this machine, where no pod can write. */
  readonly fetched: readonly FetchedOutput[]
  readonly problems: readonly Problem[]
}

/** @param root where the packer sees the volume of the action */
export function orderOutputs(
  formula: Formula,
  saves: readonly Save[],
  root: string,
): OrderedOutputs {
  const problems: Problem[] = []
  const outputs: OutputOrder[] = []
  const fetched: FetchedOutput[] = []
  for (const output of formula.outputs) {
    const { packtype, problem } = choosePacktype(output, formula.dialect)
    if (problem !== undefined) problems.push(problem)
    const wanted = saves.filter((save) => (save.output ?? output.name) === output.name)
    const all = new Set([...output.addresses, ...wanted.map(({ address }) => address)])
    const addresses = [...all].filter((address) => isWrittenForPods(address, packtype))
    const targets = [...all].filter((address) => !addresses.includes(address))
    if (targets.length > 0) fetched.push({ output: output.name, targets })
    outputs.push({
      ...{ name: output.name, root, path: output.path, packtype },
      filters: { ...presets[formula.dialect], ...output.filters },
      addresses,
      ...(formula.dialect === 'legacy' && { space: 'legacy' as const }),
      ...(targets.length > 0 && { held: true as const }),
    })
  }
  return { outputs, fetched, problems }
}

/** What the dialect's own tool does to outputs (wares.md §6). */
const presets: Readonly<Record<Dialect, FilterPreset>> = {
  timeless: filterPresets['pack-flatten'],
  legacy: filterPresets['pack-flatten'],
  warpforge: filterPresets['warpforge-pack'],
}

/** Kinds of stores that legacy formulas name where others name the packing, which was tar. */
const legacyStores = ['dir', 's3', 'gs']

function choosePacktype(
  { name, packtype, where }: FormulaOutput,
  dialect: Dialect,
): { packtype: 'tar' | 'zip'; problem?: Problem } {
  if (packtype === 'tar' || packtype === 'zip') return { packtype }
  if (dialect === 'legacy' && legacyStores.includes(packtype)) return { packtype: 'tar' }
  const why = `nothing can be packed as ${quote(packtype)}; "tar" and "zip" can`
  const task = `save the output ${quote(name)}`
  return { packtype: 'tar', problem: { code: 'formula-invalid', task, where, why } }
}
