// What the steps of a plot take from outside of it: items of catalogs, and wares that workspaces know.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { R2k8sError, type Problem } from '../../errors.ts'
import { formatCatalogReference } from '../../plot/catalog-reference.ts'
import type { PlannedStep, PlotPlan, StepInput } from '../../plot/plan-plot.ts'
import { wareOfSource } from '../../plot/plot-source.ts'
import { readingPlot } from '../../plot/step-formula.ts'
import { formatWareId, parseWareId } from '../../ware/ware-id.ts'
import { warePath } from '../../ware/ware-path.ts'
import { lookUp } from '../../workspace/catalog-lookup.ts'
import type { Workspace } from '../../workspace/find-workspaces.ts'
import { listCatalogs } from '../../workspace/list-catalogs.ts'
import type { Io } from '../io.ts'
import { findTrustedWorkspaces } from './trusted-workspaces.ts'

export interface Resolved {
  /** Ware IDs (`tar:…`) by catalog reference. */
  readonly items: ReadonlyMap<string, string>
  /** By ware ID, of all wares that the steps name, best first. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** Of the workspace around the plot. */
  readonly warehouse: string | undefined
  readonly warnings: readonly string[]
}

/** @param directory of the plot @throws R2k8sError with everything that cannot be resolved */
export function resolveSources(
  plan: PlotPlan,
  directory: string,
  named: readonly string[],
  io: Io,
): Resolved {
  const { workspaces, warnings } = findTrustedWorkspaces(directory, io)
  const own = named.map((each) => resolve(io.cwd, each))
  const catalogs = listCatalogs(own, workspaces)
  const found = lookUpAll(plan, catalogs, warnings)
  const warehouse = warehouseOf(workspaces)
  const addresses = new Map(
    [...found.addresses].map(([ware, known]) => {
      return [ware, known.length > 0 ? known : shelvesWith(ware, warehouse)] as const
    }),
  )
  const { items } = found
  return { items, addresses, warehouse, warnings: [...warnings, ...found.warnings] }
}

/** @param notes for whom something is missing @throws R2k8sError with everything that no catalog has */
function lookUpAll(
  plan: PlotPlan,
  catalogs: readonly string[],
  notes: readonly string[],
): Omit<Resolved, 'warehouse'> {
  const items = new Map<string, string>()
  const addresses = new Map<string, readonly string[]>()
  const warnings: string[] = []
  const problems: Problem[] = []
  // One ware may be several items, and be named as itself.
  const know = (ware: string, more: readonly string[]): void => {
    addresses.set(ware, [...new Set([...(addresses.get(ware) ?? []), ...more])])
  }
  for (const { source, where } of inputsOf(plan.steps)) {
    if (source.kind === 'fixed') {
      const ware = wareOfSource(source.text)
      if (ware !== undefined) know(ware, [])
    } else if (source.kind === 'ingest') {
      problems.push({ ...refusal(source), where })
    } else if (source.kind === 'catalog') {
      const reference = formatCatalogReference(source.reference)
      if (items.has(reference)) continue
      const found = lookUp(source.reference, catalogs)
      if ('problems' in found) {
        problems.push(...found.problems.map((each) => ({ where, ...each })))
        continue
      }
      const ware = formatWareId(found.wareId)
      items.set(reference, ware)
      know(ware, found.addresses)
      warnings.push(...found.warnings)
    }
  }
  const [first, ...others] = problems
  if (first !== undefined) {
    const hints = [...(first.hints ?? []), ...notes]
    throw new R2k8sError([{ ...first, hints }, ...others])
  }
  return { items, addresses, warnings }
}

function refusal({ hostPath, ref }: { hostPath: string; ref: string }): Problem {
  const why = `"ingest:git:${hostPath}:${ref}" is a commit of this machine, which no pod can fetch`
  const hints = [
    'push it, and write "ware:git:<commit>" with --source <url of the repository>',
  ]
  return { code: 'formula-invalid', task: readingPlot, why, hints }
}

function inputsOf(steps: readonly PlannedStep[]): readonly StepInput[] {
  return steps.flatMap(({ inputs }) => inputs)
}

/** A pod cannot look there: what lies there is sent, where no warehouse is known. */
function shelvesWith(ware: string, warehouse: string | undefined): readonly string[] {
  const parsed = parseWareId(ware)
  if (warehouse === undefined || 'why' in parsed) return []
  const isThere = existsSync(join(warehouse, warePath(parsed.wareId, 'fan-out')))
  return isThere ? [`ca+${pathToFileURL(warehouse).href}`] : []
}

/** The workspace that ends the search has it. */
function warehouseOf(workspaces: readonly Workspace[]): string | undefined {
  return workspaces.find(({ warehouse }) => warehouse !== undefined)?.warehouse
}
