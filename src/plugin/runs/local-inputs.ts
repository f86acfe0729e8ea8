// Directories of this machine that become inputs: `--input /src=./dir`.

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote, R2k8sError } from '../../errors.ts'
import type { Dialect } from '../../formula/formula.ts'
import type { SentInput } from '../../run/run-order.ts'
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
  const inputs = texts.map((text) => {
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
  const twice = inputs.find(
    ({ path }, i) => inputs.findIndex((other) => other.path === path) < i,
  )
  if (twice !== undefined)
    throw usage(
      'use --input',
      `${quote(twice.path)} is given twice`,
      'leave one of them out',
    )
  return inputs
}

export interface PackedInputs {
  /** Of their wares, by the path of the input. */
  readonly hashes: ReadonlyMap<string, string>
  readonly sent: readonly SentInput[]
}

/** @param dialect says which hash a ware has @throws R2k8sError */
export async function packInputs(
  inputs: readonly LocalInput[],
  dialect: Dialect,
  context: TransferContext,
): Promise<PackedInputs> {
  const hashes = new Map<string, string>()
  const sent = new Map<string, SentInput>()
  for (const [number, input] of inputs.entries()) {
    const file = join(context.scratch(), `packed-${number}`)
    const packed = await packInput(input, dialect, file, context)
    hashes.set(input.path, packed.hash)
    // The same files at two paths are one ware.
    sent.set(packed.sent.ware, packed.sent)
  }
  return { hashes, sent: [...sent.values()] }
}

interface PackedInput {
  readonly hash: string
  readonly sent: SentInput
}

/** With the filters of `ware pack`: the same directory is the same ware. @throws R2k8sError */
async function packInput(
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

/** An archive that stays where it is as long as the run may ask for it. */
export function sentFrom(ware: string, file: string): SentInput {
  return { ware, file, bytes: statSync(file).size }
}
