// From a Warpforge formula.v1 to a formula that can run: judged, with the defaults of Warpforge.

import { quote } from '../errors.ts'
import { isFilterName, readFilterWord, whyUnknownFilter } from '../ware/filters.ts'
import { parseWareId, type WareId } from '../ware/ware-id.ts'
import { compareBytes, sortedByKey } from './byte-order.ts'
import {
  arrangeInputs,
  checkAddresses,
  checkCommand,
  checkPath,
  checkSpareAddresses,
  checkWare,
  whyNoVariable,
  type PlacedInput,
} from './checks.ts'
import type { Action, Formula, FormulaInput, FormulaOutput, Program } from './formula.ts'
import { readMount } from './mount-source.ts'
import type { ProblemLog } from './problem-log.ts'
import { memberPlace } from './shape.ts'
import { defaultPath } from './timeless-defaults.ts'
import {
  readableAddress,
  type WarpforgeAction,
  type WarpforgeDocument,
  type WarpforgeInput,
  type WarpforgeOutput,
  type WrittenAddress,
} from './warpforge.ts'

/** Of use only when the log has no problem afterwards. */
export function warpforgeFormula(
  log: ProblemLog,
  document: WarpforgeDocument,
  id: string,
): Formula {
  const variables = document.inputs.filter(isVariable)
  checkSpareAddresses(log, spareAddresses(document))
  const placed = document.inputs
    .filter((input) => !isVariable(input))
    .map((input) => placeInput(log, input, document.warehouses))
    .filter((input) => input !== undefined)
  return {
    dialect: 'warpforge',
    id,
    rawId: id,
    inputs: arrangeInputs(log, memberPlace(document.place, 'inputs'), placed),
    action: judgeAction(log, document.action, readVariables(log, variables)),
    outputs: [...document.outputs]
      .sort((a, b) => compareBytes(a.name, b.name))
      .map((output) => judgeOutput(log, output))
      .filter((output) => output !== undefined),
  }
}

/** Of wares that are no inputs. */
function spareAddresses({ inputs, warehouses }: WarpforgeDocument) {
  const used = new Set(inputs.map(({ source }) => source))
  return [...warehouses]
    .filter(([ware]) => !used.has(`ware:${ware}`))
    .flatMap(([, addresses]) => addresses)
}

function isVariable({ port }: WarpforgeInput): boolean {
  return port.startsWith('$')
}

/** `$VAR` ports hold texts, paths hold files. */
function readVariables(
  log: ProblemLog,
  inputs: readonly WarpforgeInput[],
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const { port, source, filters, place } of inputs) {
    const name = port.slice(1)
    const value = source.startsWith('literal:')
      ? source.slice('literal:'.length)
      : undefined
    if (value === undefined || filters !== undefined) {
      log.report(place, 'a variable takes a "literal:…" without filters and nothing else')
      continue
    }
    const why = whyNoVariable(name, value)
    if (why !== undefined) log.report(place, why)
    variables.set(name, value)
  }
  return variables
}

function placeInput(
  log: ProblemLog,
  input: WarpforgeInput,
  warehouses: WarpforgeDocument['warehouses'],
): PlacedInput | undefined {
  const { port, place } = input
  if (!port.startsWith('/')) {
    log.report(place, `${quote(port)} is neither a path ("/…") nor a variable ("$…")`)
    return undefined
  }
  const path = checkPath(log, place, port)
  if (path === undefined) return undefined
  const source = readSource(log, input, warehouses)
  const filters = readFilters(log, input)
  const where = log.locate(place.offset)
  return { path, place, input: source && { name: port, path, source, filters, where } }
}

function readSource(
  log: ProblemLog,
  { source, filters, place, sourcePlace }: WarpforgeInput,
  warehouses: WarpforgeDocument['warehouses'],
): FormulaInput['source'] | undefined {
  if (source.startsWith('ware:')) {
    const text = source.slice('ware:'.length)
    const wareId = checkWare(log, sourcePlace, parseWareId(text), ['timeless', 'git'])
    if (wareId === undefined) return undefined
    const addresses = checkWarehouses(log, wareId, warehouses.get(text) ?? [])
    return { kind: 'ware', wareId, addresses }
  }
  if (source.startsWith('mount:')) {
    const mount = readMount(source, ['ro', 'rw', 'overlay'])
    if (!('why' in mount) && filters === undefined) return mount
    if ('why' in mount) log.report(sourcePlace, mount.why)
    else log.report(place, 'filters do not apply to a mount')
    return undefined
  }
  log.report(place, whySource(source))
  return undefined
}

/** Warpforge reads what it stores in S3 through plain HTTPS. */
function checkWarehouses(
  log: ProblemLog,
  wareId: WareId,
  addresses: readonly WrittenAddress[],
): string[] {
  const readable = addresses.map(({ url, place }) => ({
    url: readableAddress(url),
    place,
  }))
  return checkAddresses(log, readable, wareId)
}

function whySource(source: string): string {
  const kind = /^[a-z]+:/.exec(source)?.[0] ?? ''
  if (kind === 'literal:') {
    return 'a literal cannot be placed at a path, only in a variable ("$…")'
  }
  if (['pipe:', 'catalog:', 'ingest:'].includes(kind)) {
    return `"${kind}" stands in plots only; a formula names the ware itself ("ware:…")`
  }
  if (['tar:', 'zip:', 'git:'].includes(kind))
    return `a ware is written "ware:${kind}…" here`
  return `${quote(source)} is neither "ware:…" nor "mount:…"`
}

function readFilters(
  log: ProblemLog,
  input: WarpforgeInput,
): Readonly<Record<string, string>> {
  for (const [name, word] of input.filters ?? []) {
    const place = input.filterPlaces.get(name) ?? input.place
    const read = isFilterName(name)
      ? readFilterWord(name, word, 'unpack')
      : { why: whyUnknownFilter(name) }
    if ('why' in read) log.report(place, read.why)
  }
  return Object.fromEntries(input.filters ?? [])
}

/**
 * The declared packtype and filters have no effect upstream: it packs a tar with owner 0. What is
 * left empty here takes that default when packing.
 */
function judgeOutput(
  log: ProblemLog,
  output: WarpforgeOutput,
): FormulaOutput | undefined {
  const { name, from, place } = output
  if (from.startsWith('$')) {
    log.report(place, `takes from the variable ${quote(from)}; only paths can be outputs`)
    return undefined
  }
  const path = checkPath(log, memberPlace(place, 'from'), from)
  if (path === undefined) return undefined
  const where = log.locate(place.offset)
  return { name, path, packtype: 'tar', filters: {}, addresses: [], where }
}

function judgeAction(
  log: ProblemLog,
  action: WarpforgeAction,
  variables: ReadonlyMap<string, string>,
): Action {
  // What runc puts into a fresh configuration.
  const defaults = { PATH: defaultPath, TERM: 'xterm' }
  return {
    program: judgeProgram(log, action),
    cwd: '/',
    env: sortedByKey(new Map([...Object.entries(defaults), ...variables])),
    policy: 'routine',
    user: { uid: 0, gid: 0, username: 'root', homedir: '/root' },
    hostname: undefined,
    cradle: false,
    network: action.network ?? false,
  }
}

function judgeProgram(log: ProblemLog, action: WarpforgeAction): Program {
  switch (action.kind) {
    case 'echo':
      return { kind: 'echo' }
    case 'exec':
      checkCommand(log, memberPlace(action.place, 'command'), action.command)
      return { kind: 'exec', command: action.command }
    case 'script':
      checkCommand(log, memberPlace(action.place, 'interpreter'), [action.interpreter])
      if (action.contents.some((text) => text.includes('\0'))) {
        log.report(action.place, 'a script contains a NUL character')
      }
      return {
        kind: 'script',
        interpreter: action.interpreter,
        contents: action.contents,
      }
  }
}
