// What a rewrite takes from a formula, whichever the container: worked out once when the formula
// is loaded, so that an admission only puts pieces together.

import { quote, type Problem } from '../errors.ts'
import type { Formula, FormulaInput } from '../formula/formula.ts'
import type { JsonObject } from '../json.ts'
import { formatWareId } from '../ware/ware-id.ts'
import type { WareIndex } from '../ware/ware-index.ts'
import { isBelow } from './container-path.ts'
import { containerOperations, type ContainerOperations } from './container-operations.ts'
import type { Note } from './decisions.ts'
import { escapeExpansion } from './escape-expansion.ts'
import type { WareOrder } from './fetch-plan.ts'
import { commandOf } from './formula-command.ts'
import { memoize } from './memoize.ts'
import { rootMount } from './root-mount.ts'
import type { Settings } from './settings.ts'
import { sumOfSizes } from './sum-of-sizes.ts'
import { topLevelEntries } from './top-level.ts'
import { reachableAddresses } from './warehouses.ts'

/** A formula with what the client knows of its wares: what a shell loads for a reference. */
export interface LoadedFormula {
  readonly formula: Formula
  /** By ware ID. A ware may have none: then the usual top-level directories are mounted. */
  readonly indexes: ReadonlyMap<string, WareIndex>
  /** Warehouse addresses that came with it, asked before those in its text. */
  readonly sources?: readonly string[]
}

export interface PreparedFormula {
  readonly formula: Formula
  /** Argument vector as Kubernetes must be given it; empty when the action names no program. */
  readonly command: readonly string[]
  /** Entries of `env`, in order. */
  readonly environment: readonly EnvironmentEntry[]
  readonly wares: readonly WareOrder[]
  /** Top-level names to mount, and the writable mounts of them for root number 0. */
  readonly entries: readonly string[]
  readonly mounts: readonly JsonObject[]
  /** What is done to a container at a JSON pointer, as far as no pod changes it. */
  readonly operationsAt: (pointer: string) => ContainerOperations
  /** Bytes of all wares unpacked, when every one has an index. */
  readonly unpackedBytes: number | undefined
  /** kubernetes.io/arch of the action's program, when known. */
  readonly machine: string | undefined
  readonly notes: readonly Note[]
  /** Problems of single inputs, with their place in the formula. */
  readonly problems: readonly Problem[]
  /** Why no pod may run it, each with what to do. */
  readonly refusals: readonly Refusal[]
}

export interface EnvironmentEntry extends JsonObject {
  readonly name: string
  readonly value: string
}

export interface Refusal {
  readonly why: string
  readonly hint: string
}

/** A formula that a reference names and that cannot be had, with the reason for a container's error. */
export interface UnusableFormula {
  readonly unusable: Pick<Problem, 'code' | 'why' | 'hints'>
}

/** By the image string of the containers that name the formula. */
export type FormulaLookup = ReadonlyMap<string, PreparedFormula | UnusableFormula>

export interface PrepareOptions {
  readonly settings: Settings
  /** Warehouse addresses to ask before those of the formulas. */
  readonly sources: readonly string[]
  /** Wares that come from a place that the caller fills in, and need no warehouse. */
  readonly elsewhere?: ReadonlySet<string>
}

/** Places in which the containers of a formula stand: mostly one, many in a List. */
const maxPlaces = 32

export function prepareFormula(
  { formula, indexes, sources = [] }: LoadedFormula,
  options: PrepareOptions,
): PreparedFormula {
  const order = { ...options, sources: [...options.sources, ...sources] }
  const wares = formula.inputs.flatMap((input) => orderWare(input, indexes, order))
  const root = wares.find((ware) => ware.order.path === '/')?.order.ware
  const index = root === undefined ? undefined : indexes.get(root)
  const entries = topLevelEntries(formula, index)
  const values = {
    action: formula.action,
    settings: options.settings,
    command: Object.freeze(commandOf(formula).map(escapeExpansion)),
    environment: shared(environmentOf(formula)),
    mounts: shared(entries.map((name) => rootMount(0, name, false))),
  }
  return {
    formula,
    command: values.command,
    environment: values.environment,
    wares: wares.map((ware) => ware.order),
    entries,
    mounts: values.mounts,
    operationsAt: memoize((pointer) => containerOperations(pointer, values), maxPlaces),
    unpackedBytes: sumOfSizes(wares.map((ware) => indexes.get(ware.order.ware)?.size)),
    machine: index?.machine,
    notes: [
      ...wares.flatMap((ware) => ware.notes),
      ...(root !== undefined && index === undefined
        ? [{ code: 'no-index' as const, about: root }]
        : []),
      ...actionNotes(formula),
      ...outputNotes(formula),
    ],
    problems: wares.flatMap((ware) => ware.problems),
    refusals: refusalsOf(formula, options.settings),
  }
}

/** Frozen through and through: many patches hold the same objects. */
function shared<T extends JsonObject>(items: readonly T[]): readonly T[] {
  return Object.freeze(items.map((item) => Object.freeze(item)))
}

interface PlannedWare {
  readonly order: WareOrder
  readonly notes: readonly Note[]
  readonly problems: readonly Problem[]
}

function orderWare(
  input: FormulaInput,
  indexes: ReadonlyMap<string, WareIndex>,
  { sources, settings, elsewhere }: PrepareOptions,
): PlannedWare[] {
  if (input.source.kind !== 'ware') return []
  const ware = formatWareId(input.source.wareId)
  const { addresses, leftOut } = reachableAddresses(input.source, sources, settings)
  const strictDigest = indexes.get(ware)?.strictDigest
  const order: WareOrder = {
    ware,
    path: input.path,
    from: addresses,
    ...(Object.keys(input.filters).length > 0 && { filters: input.filters }),
    ...(strictDigest !== undefined && { strictDigest }),
  }
  if (elsewhere?.has(ware) === true) return [{ order, notes: [], problems: [] }]
  const notes = leftOut.map((about): Note => ({ code: 'address-left-out', about }))
  return [
    { order, notes, problems: addresses.length > 0 ? [] : [noWarehouse(input, leftOut)] },
  ]
}

function noWarehouse(input: FormulaInput, leftOut: readonly string[]): Problem {
  return {
    code: 'formula-invalid',
    task: `fetch the input ${quote(input.name)} from a pod`,
    where: input.where,
    why:
      leftOut.length === 0
        ? 'it names no warehouse'
        : `no pod can reach ${leftOut.map(quote).join(', ')}`,
    hints: ['name a warehouse that pods reach with --source, or in the settings'],
  }
}

/** Says in the container which formula it runs; a formula cannot claim another. */
const formulaVariable = 'R2K8S_FORMULA'

function environmentOf({ id, action }: Formula): EnvironmentEntry[] {
  const theirs = [...action.env].filter(([name]) => name !== formulaVariable)
  return [[formulaVariable, id] as const, ...theirs].map(([name, value]) => ({
    name,
    value: escapeExpansion(value),
  }))
}

function actionNotes({ action }: Formula): Note[] {
  const notes: Note[] = []
  if (!action.network) notes.push({ code: 'network-not-cut', about: 'no network' })
  if (action.hostname !== undefined) {
    notes.push({ code: 'hostname-left-out', about: quote(action.hostname) })
  }
  return notes
}

function outputNotes({ outputs }: Formula): Note[] {
  if (outputs.length === 0) return []
  return [
    {
      code: 'outputs-left-out',
      about: outputs.map(({ name }) => quote(name)).join(', '),
    },
  ]
}

function refusalsOf({ action, inputs }: Formula, settings: Settings): Refusal[] {
  const refusals: Refusal[] = []
  if (!inputs.some((input) => input.path === '/' && input.source.kind === 'ware')) {
    const hint = 'give it an input with the root filesystem'
    refusals.push({ why: 'it has no ware at "/"', hint })
  }
  for (const { path } of inputs) {
    if (!['/dev', '/proc', '/sys'].some((own) => isBelow(path, own))) continue
    const why = `its input ${quote(path)} lies where the runtime mounts its own`
    refusals.push({ why, hint: 'move the input' })
  }
  if (!settings.allowedPolicies.includes(action.policy)) {
    refusals.push({
      why: `the settings do not allow its policy "${action.policy}"`,
      hint: 'an administrator can allow it: settings member "allowedPolicies"',
    })
  }
  return refusals
}
