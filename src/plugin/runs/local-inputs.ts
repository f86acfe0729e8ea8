// Inputs that are on this machine: directories that become wares (`--input /src=./dir`), and wares of the
// formula that lie here and nowhere a pod could look.

import { lstatSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote, R2k8sError } from '../../errors.ts'
import type { Dialect, Formula } from '../../formula/formula.ts'
import { reachableAddresses } from '../../mutate/warehouses.ts'
import type { Settings } from '../../mutate/settings.ts'
import type { SentInput } from '../../run/run-order.ts'
import { mirrorWare } from '../../transfer/mirror-ware.ts'
import { packWare } from '../../transfer/pack-ware.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import { makeEntryFilter } from '../../ware/entry-filter.ts'
import { filterPresets } from '../../ware/filters.ts'
import { formatWareId } from '../../ware/ware-id.ts'
import type { Io } from '../io.ts'
import { usage } from './usage.ts'

export interface LocalInput {
  /** In the root of the action. */
  readonly path: string
  /** Directory or file of this machine. */
  readonly from: string
}

/** @throws R2k8sError usage */
export function readLocalInputs(texts: readonly string[], { cwd }: Io): LocalInput[] {
  return texts.map((text) => {
    const equals = text.indexOf('=')
    const path = text.slice(0, Math.max(equals, 0))
    const from = text.slice(equals + 1)
    const hint = 'write it as --input /src=./dir'
    if (!path.startsWith('/') || from === '')
      throw usage(
        'use --input',
        `${quote(text)} is no path in the root and one here`,
        hint,
      )
    const there = resolve(cwd, from)
    if (statSync(there, { throwIfNoEntry: false }) === undefined)
      throw usage('use --input', `there is no ${quote(from)}`, hint)
    return { path, from: there }
  })
}

export interface PackedInput {
  readonly hash: string
  readonly sent: SentInput
}

/** With the filters of `ware pack`: the same directory is the same ware. @throws R2k8sError */
export async function packInput(
  { from }: LocalInput,
  dialect: Dialect,
  file: string,
  context: TransferContext,
): Promise<PackedInput> {
  const { result } = await packWare(
    {
      path: from,
      packtype: 'tar',
      ...(dialect === 'legacy' && { space: 'legacy' as const }),
      filter: makeEntryFilter(filterPresets['pack-conservative'], context.mine),
      addresses: [pathToFileURL(file).href],
      compression: 'zstd',
      level: 1,
    },
    context,
  )
  if (result.kind === 'blank') {
    const why = 'there is nothing that can be packed'
    throw new R2k8sError([{ code: 'pack-invalid', task: `pack ${quote(from)}`, why }])
  }
  return { hash: result.hash, sent: sentFrom(formatWareId(result), file) }
}

interface LocalWares {
  readonly sources: readonly string[]
  readonly settings: Settings
  /** Packed already. */
  readonly known: ReadonlySet<string>
}

/** Wares of the formula with addresses on this machine alone, copied once they are verified. */
export async function copyLocalWares(
  formula: Formula,
  { sources, settings, known }: LocalWares,
  place: (number: number) => string,
  context: TransferContext,
): Promise<SentInput[]> {
  const copied = new Map<string, SentInput>()
  for (const { source } of formula.inputs) {
    if (source.kind !== 'ware' || source.wareId.packtype === 'git') continue
    const ware = formatWareId(source.wareId)
    const { addresses, leftOut } = reachableAddresses(source, sources, settings)
    if (copied.has(ware) || known.has(ware)) continue
    if (addresses.length > 0 || leftOut.length === 0) continue
    const file = place(copied.size)
    await mirrorWare(
      {
        wareId: source.wareId,
        addresses: leftOut,
        target: pathToFileURL(file).href,
      },
      context,
    )
    copied.set(ware, sentFrom(ware, file))
  }
  return [...copied.values()]
}

function sentFrom(ware: string, file: string): SentInput {
  return { ware, file, bytes: lstatSync(file).size }
}
