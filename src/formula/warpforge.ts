// A Warpforge formula.v1 as its author wrote it: read, not yet judged.

import { quote } from '../errors.ts'
import type { Located } from '../located.ts'
import type { Place, ProblemLog } from './problem-log.ts'
import {
  booleanOf,
  documentPlace,
  fieldsOf,
  membersOf,
  required,
  stringMapOf,
  stringOf,
  stringsOf,
} from './shape.ts'

export interface WarpforgeDocument extends WarpforgeBody {
  /** Ware ID (without `ware:`) to where it may be found, best first. A document names one place. */
  readonly warehouses: ReadonlyMap<string, readonly WrittenAddress[]>
}

/** A formula without its capsule: what the identity covers. Steps of plots have the same form. */
export interface WarpforgeBody {
  readonly place: Place
  readonly inputs: readonly WarpforgeInput[]
  readonly action: WarpforgeAction
  readonly outputs: readonly WarpforgeOutput[]
}

export interface WrittenAddress {
  readonly url: string
  readonly place: Place
}

export interface WarpforgeInput {
  /** `/path` or `$VAR`. */
  readonly port: string
  /** `ware:…`, `mount:…` or `literal:…`. */
  readonly source: string
  /** `undefined` when the input is a plain string. */
  readonly filters: ReadonlyMap<string, string> | undefined
  readonly filterPlaces: ReadonlyMap<string, Place>
  readonly place: Place
  /** Where its source is written: the input itself, but for what a plot pipes to it. */
  readonly sourcePlace: Place
}

export type WarpforgeAction = {
  readonly place: Place
  /** `undefined` when not written, which is another identity than `false`. */
  readonly network: boolean | undefined
} & (
  | { readonly kind: 'echo' }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | {
      readonly kind: 'script'
      readonly interpreter: string
      readonly contents: readonly string[]
    }
)

export interface WarpforgeOutput {
  readonly name: string
  readonly from: string
  /** Declared, and without effect upstream. */
  readonly packtype: string | undefined
  readonly filters: ReadonlyMap<string, string> | undefined
  readonly place: Place
}

export function readWarpforgeDocument(log: ProblemLog, root: Located): WarpforgeDocument {
  const top = documentPlace(root)
  const topFields = fieldsOf(log, top, ['formula', 'context'])
  const capsule = fieldsOf(log, topFields.get('formula'), ['formula.v1'])
  const place = capsule.get('formula.v1') ?? topFields.get('formula') ?? top
  return {
    ...readWarpforgeBody(log, place),
    warehouses: readWarehouses(log, topFields.get('context')),
  }
}

export function readWarpforgeBody(log: ProblemLog, place: Place): WarpforgeBody {
  const fields = fieldsOf(log, place, ['inputs', 'action', 'outputs'])
  return {
    place,
    inputs: readWarpforgeInputs(log, required(log, place, fields, 'inputs')),
    action: readAction(log, required(log, place, fields, 'action'), place),
    outputs: readOutputs(log, required(log, place, fields, 'outputs')),
  }
}

export function readWarpforgeInputs(
  log: ProblemLog,
  place: Place | undefined,
): WarpforgeInput[] {
  return [...membersOf(log, place)].map(([port, input]) => {
    const places = { place: input, sourcePlace: input }
    if (input.node.kind !== 'object') {
      const source = stringOf(log, input) ?? ''
      return { port, source, filters: undefined, filterPlaces: new Map(), ...places }
    }
    const fields = fieldsOf(log, input, ['basis', 'filters'])
    const filters = required(log, input, fields, 'filters')
    return {
      port,
      source: stringOf(log, required(log, input, fields, 'basis')) ?? '',
      filters: stringMapOf(log, filters),
      filterPlaces: filters?.node.kind === 'object' ? membersOf(log, filters) : new Map(),
      ...places,
    }
  })
}

const actionKinds = ['echo', 'exec', 'script']

/** Without an action, the owner stands in as the place of whatever is missing. */
function readAction(
  log: ProblemLog,
  place: Place | undefined,
  owner: Place,
): WarpforgeAction {
  const kinds = fieldsOf(log, place, actionKinds)
  if (place !== undefined && kinds.size !== 1) {
    const found = [...kinds.keys()].map(quote).join(' and ') || 'none'
    log.report(place, `holds exactly one of ${actionKinds.join(', ')}, not ${found}`)
  }
  const exec = kinds.get('exec')
  if (exec !== undefined) return readExec(log, exec)
  const script = kinds.get('script')
  if (script !== undefined) return readScript(log, script)
  fieldsOf(log, kinds.get('echo'), [])
  return { kind: 'echo', place: place ?? owner, network: undefined }
}

function readExec(log: ProblemLog, place: Place): WarpforgeAction {
  const fields = fieldsOf(log, place, ['command', 'network'])
  return {
    kind: 'exec',
    place,
    command: stringsOf(log, required(log, place, fields, 'command')),
    network: booleanOf(log, fields.get('network')),
  }
}

function readScript(log: ProblemLog, place: Place): WarpforgeAction {
  const fields = fieldsOf(log, place, ['interpreter', 'contents', 'network'])
  return {
    kind: 'script',
    place,
    interpreter: stringOf(log, required(log, place, fields, 'interpreter')) ?? '',
    contents: stringsOf(log, required(log, place, fields, 'contents')),
    network: booleanOf(log, fields.get('network')),
  }
}

function readOutputs(log: ProblemLog, place: Place | undefined): WarpforgeOutput[] {
  return [...membersOf(log, place)].map(([name, output]) => {
    const fields = fieldsOf(log, output, ['from', 'packtype', 'filters'])
    const filters = fields.get('filters')
    return {
      name,
      place: output,
      from: stringOf(log, required(log, output, fields, 'from')) ?? '',
      packtype: stringOf(log, fields.get('packtype')),
      filters: filters && stringMapOf(log, filters),
    }
  })
}

function readWarehouses(
  log: ProblemLog,
  context: Place | undefined,
): WarpforgeDocument['warehouses'] {
  if (context === undefined) return new Map()
  const capsule = required(
    log,
    context,
    fieldsOf(log, context, ['context.v1']),
    'context.v1',
  )
  if (capsule === undefined) return new Map()
  const fields = fieldsOf(log, capsule, ['warehouses'])
  const entries = membersOf(log, required(log, capsule, fields, 'warehouses'))
  return new Map(
    [...entries].map(([ware, place]) => [
      ware,
      [{ url: stringOf(log, place) ?? '', place }],
    ]),
  )
}

/** Warpforge stores in S3 by its own API and reads through HTTPS; its address names the former. */
export function readableAddress(url: string): string {
  return url.replace(/^ca\+s3:\/\//, 'ca+https://')
}
