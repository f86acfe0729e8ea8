// What the steps of a plot take from outside of it: items of catalogs, and wares that workspaces know.

import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { throwIfAny, type Problem } from '../../errors.ts'
import { formatCatalogReference } from '../../plot/catalog-reference.ts'
import type { PlannedStep, PlotPlan, StepInput } from '../../plot/plan-plot.ts'
import { readingPlot } from '../../plot/step-formula.ts'
import { formatWareId, parseWareId } from '../../ware/ware-id.ts'
import { warePath } from '../../ware/ware-path.ts'
import { lookUp } from '../../workspace/catalog-lookup.ts'
import { findWorkspaces, type Workspace } from '../../workspace/find-workspaces.ts'
import { listCatalogs } from '../../workspace/list-catalogs.ts'
import type { Io } from '../io.ts'

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
  { cwd, env, user }: Io,
): Resolved {
  const warnings: string[] = []
  const workspaces = findWorkspaces(directory, env['HOME'] || homedir()).filter(
    (workspace) => {
      const isTrusted = belongsTo(workspace.directory, user.uid, directory)
      if (!isTrusted)
        warnings.push(`${workspace.directory} is somebody else's, and not asked`)
      return isTrusted
    },
  )
  const own = named.map((each) => resolve(cwd, each))
  const catalogs = listCatalogs(own, workspaces)
  const warehouse = warehouseOf(workspaces)
  const onShelf = (ware: string) => shelvesWith(ware, warehouse)
  const items = new Map<string, string>()
  const addresses = new Map<string, readonly string[]>()
  const problems: Problem[] = []
  for (const { source, where } of inputsOf(plan.steps)) {
    if (source.kind === 'fixed') {
      const ware = /^ware:(.*)$/s.exec(source.text)?.[1]
      if (ware !== undefined) addresses.set(ware, onShelf(ware))
    } else if (source.kind === 'ingest') {
      const why = `"ingest:git:${source.hostPath}:${source.ref}" is a commit of this machine, which no pod can fetch`
      const hints = [
        'push it, and write "ware:git:<commit>" with --source <url of the repository>',
      ]
      problems.push({ code: 'formula-invalid', task: readingPlot, where, why, hints })
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
      addresses.set(ware, found.addresses.length > 0 ? found.addresses : onShelf(ware))
      warnings.push(...found.warnings)
    }
  }
  throwIfAny(problems)
  return { items, addresses, warehouse, warnings }
}

function inputsOf(steps: readonly PlannedStep[]): readonly StepInput[] {
  return steps.flatMap(({ inputs }) => inputs)
}

/**
 * Who can write above the plot, as anybody can in /tmp, would decide what it runs on. Whose the plot is, is
 * trusted: it is run.
 */
function belongsTo(workspace: string, uid: number, directory: string): boolean {
  const owner = statSync(workspace).uid
  return [uid, 0, statSync(directory).uid].includes(owner)
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
