// Warpforge → Timeless. Timeless cannot take the network away and names outputs by their path.

import { filterNames, filterPresets } from '../ware/filters.ts'
import type { JsonObject } from '../json.ts'
import {
  timelessInputFilters,
  warpforgeOutputFilters,
  type Conversion,
  type Loss,
} from './conversion.ts'
import { defaultPath } from './timeless-defaults.ts'
import {
  readableAddress,
  type WarpforgeAction,
  type WarpforgeDocument,
  type WarpforgeInput,
  type WarpforgeOutput,
} from './warpforge.ts'

/** Expects a valid document: every variable is a literal, every output a path. */
export function warpforgeToTimeless(document: WarpforgeDocument): Conversion {
  const variables = document.inputs.filter(({ port }) => port.startsWith('$'))
  const inputs = document.inputs.filter(({ port }) => !port.startsWith('$'))
  const env = Object.fromEntries(
    variables.map(({ port, source }) => [port.slice(1), source.slice('literal:'.length)]),
  )
  const losses = [
    ...lossesOfAction(document.action),
    ...inputs.flatMap(lossesOfInput),
    ...document.outputs.flatMap(lossesOfOutput),
  ]
  const formula = {
    inputs: Object.fromEntries(
      inputs.map(({ port, source }) => [port, withoutKind(source)]),
    ),
    action: {
      exec: document.action.kind === 'exec' ? document.action.command : [],
      // Without the cradle the environment is exactly what is written here.
      env: { PATH: defaultPath, TERM: 'xterm', ...env },
      userinfo: { uid: 0, gid: 0 },
      cradle: 'disable',
    },
    outputs: Object.fromEntries(
      document.outputs.map(({ from }) => [
        from,
        { packtype: 'tar', filters: warpforgeOutputFilters },
      ]),
    ),
  }
  return {
    losses,
    document: { formula, context: { fetchUrls: fetchUrls(document, inputs) } },
  }
}

function withoutKind(source: string): string {
  return source.startsWith('ware:') ? source.slice('ware:'.length) : source
}

function fetchUrls(
  document: WarpforgeDocument,
  inputs: readonly WarpforgeInput[],
): JsonObject {
  return Object.fromEntries(
    inputs.flatMap(({ port, source }) => {
      const addresses = document.warehouses.get(withoutKind(source))
      if (addresses === undefined) return []
      return [[port, addresses.map(({ url }) => readableAddress(url))] as const]
    }),
  )
}

function lossesOfAction(action: WarpforgeAction): Loss[] {
  const losses: Loss[] = []
  if (action.kind !== 'exec') {
    losses.push({ member: `action.${action.kind}`, why: 'Timeless knows "exec" only' })
  } else if (action.command[0]?.startsWith('/') !== true) {
    losses.push({
      member: 'action.exec.command',
      why: 'Timeless does not search $PATH for the program',
    })
  }
  if (action.network !== true) {
    losses.push({
      member: 'action.network',
      why: 'a Timeless formula always has the network',
    })
  }
  return losses
}

function lossesOfInput({ port, source, filters }: WarpforgeInput): Loss[] {
  const member = `inputs."${port}"`
  if (source.startsWith('mount:')) {
    const exact = /^mount:(?:ro|rw):\//.test(source)
    return exact
      ? []
      : [{ member, why: 'Timeless mounts absolute paths of the host, "ro" or "rw"' }]
  }
  const effective = {
    ...filterPresets['warpforge-unpack'],
    ...Object.fromEntries(filters ?? []),
  }
  const other = filterNames.filter(
    (name) => effective[name] !== timelessInputFilters[name],
  )
  if (other.length === 0) return []
  const why = `Timeless unpacks without filters, Warpforge here with ${other.map((name) => `${name} ${effective[name]}`).join(', ')}`
  return [
    { member: `${member}.filters`, why, hint: 'a filter of "follow" changes nothing' },
  ]
}

function lossesOfOutput({ name, from }: WarpforgeOutput): Loss[] {
  if (name === from) return []
  return [{ member: `outputs.${name}`, why: 'Timeless names an output by its path' }]
}
