// Timeless → Warpforge. Warpforge runs everything as root in "/", so only such formulas pass.

import { filterNames, filterPresets } from '../ware/filters.ts'
import type { JsonObject } from '../json.ts'
import {
  timelessInputFilters,
  warpforgeOutputFilters,
  type Conversion,
  type Loss,
} from './conversion.ts'
import { isCradleDisabled } from './timeless-defaults.ts'
import type {
  TimelessAction,
  TimelessDocument,
  TimelessInput,
  TimelessOutput,
} from './timeless.ts'

export function timelessToWarpforge(document: TimelessDocument): Conversion {
  const inputs = document.inputs ?? []
  const outputs = document.outputs ?? []
  const losses = [
    ...lossesOfAction(document.action),
    ...lossesOfAddresses(inputs),
    ...outputs.flatMap(lossesOfOutput),
  ]
  const warehouses = inputs.flatMap(({ source, addresses }) =>
    addresses.slice(0, 1).map(({ url }) => [source, url] as const),
  )
  const formula = {
    inputs: {
      ...Object.fromEntries(
        inputs.map(({ path, source }) => [path, convertInput(source)]),
      ),
      ...Object.fromEntries(
        [...document.action.env].map(([name, value]) => [`$${name}`, `literal:${value}`]),
      ),
    },
    // Timeless has the network of the host.
    action: { exec: { command: document.action.exec, network: true } },
    outputs: Object.fromEntries(
      outputs.map(({ path }) => [path, { from: path, packtype: 'tar' }]),
    ),
  }
  const context = { 'context.v1': { warehouses: Object.fromEntries(warehouses) } }
  return { losses, document: { formula: { 'formula.v1': formula }, context } }
}

function convertInput(source: string): string | JsonObject {
  if (source.startsWith('mount:')) return source
  // Warpforge would give all files to root.
  return { basis: `ware:${source}`, filters: timelessInputFilters }
}

function lossesOfAction(action: TimelessAction): Loss[] {
  const { userinfo } = action
  const isRoot = userinfo?.uid === 0 && userinfo.gid === 0
  const found: [boolean, Loss][] = [
    [
      !isCradleDisabled(action),
      {
        member: 'action.cradle',
        why: 'Warpforge prepares no directories',
        hint: 'with "cradle": "disable" nothing is prepared in Timeless either',
      },
    ],
    [!isRoot, { member: 'action.userinfo', why: 'in Warpforge the user is always 0:0' }],
    [
      userinfo !== undefined && userinfo.username + userinfo.homedir !== '',
      { member: 'action.userinfo', why: 'Warpforge has no names of users and homes' },
    ],
    [
      !['', '/'].includes(action.cwd),
      { member: 'action.cwd', why: 'Warpforge always starts in "/"' },
    ],
    [
      action.hostname !== '',
      { member: 'action.hostname', why: 'Warpforge has no hostnames' },
    ],
    [
      !['', 'routine'].includes(action.policy),
      { member: 'action.policy', why: 'Warpforge has no policies' },
    ],
    [
      !action.env.has('PATH'),
      {
        member: 'action.env',
        why: 'Warpforge sets PATH, and without the cradle Timeless does not',
        hint: 'set PATH in the formula',
      },
    ],
    [action.noop, { member: 'action.noop', why: 'Warpforge does not know it' }],
  ]
  return found.flatMap(([lost, loss]) => (lost ? [loss] : []))
}

/** A list of warehouses for each path here, one warehouse for each ware there. */
function lossesOfAddresses(inputs: readonly TimelessInput[]): Loss[] {
  const urls = new Map<string, Set<string>>()
  for (const { source, addresses } of inputs) {
    const known = urls.get(source) ?? new Set()
    urls.set(source, new Set([...known, ...addresses.map(({ url }) => url)]))
  }
  return inputs
    .filter(({ source }) => (urls.get(source)?.size ?? 0) > 1)
    .map(({ path }) => ({
      member: `context.fetchUrls."${path}"`,
      why: 'Warpforge knows one warehouse for a ware',
    }))
}

function lossesOfOutput({ path, packtype, filters, address }: TimelessOutput): Loss[] {
  const member = `outputs."${path}"`
  const losses: Loss[] = []
  if (packtype !== 'tar') losses.push({ member, why: 'Warpforge packs tar only' })
  if (address !== undefined) {
    losses.push({
      member: `context.saveUrls."${path}"`,
      why: 'Warpforge does not say where to store',
    })
  }
  const effective = { ...filterPresets['pack-flatten'], ...filters }
  const other = filterNames.filter(
    (name) => effective[name] !== warpforgeOutputFilters[name],
  )
  if (other.length > 0) {
    const words = other
      .map((name) => `${name} ${warpforgeOutputFilters[name]}`)
      .join(', ')
    losses.push({
      member: `${member}.filters`,
      why: `Warpforge always packs with ${words}`,
    })
  }
  return losses
}
