// The duty of the packing sidecar: when the action has ended, packs the outputs out of the roots and
// saves them (run.md §1). The action may have failed: its outputs are packed all the same.

import { mkdtempSync } from 'node:fs'
import { R2k8sError, quote } from '../errors.ts'
import { removeTree } from '../fileset/remove-tree.ts'
import type { OutputOrder, PackPlan } from '../mutate/pack-plan.ts'
import { packWare } from '../transfer/pack-ware.ts'
import type { EntryKind, RawText } from '../ware/entry.ts'
import { makeEntryFilter } from '../ware/entry-filter.ts'
import { filterPresets } from '../ware/filters.ts'
import { displayText, rawTextFromUtf8 } from '../ware/raw-text.ts'
import { formatWareId } from '../ware/ware-id.ts'
import { findLeftovers } from './leftovers.ts'
import { readPlaceholderRecord } from './placeholder-record.ts'
import { findInTree } from './root-tree.ts'
import { runBounded } from './run-bounded.ts'
import { isDirectory, temporaryPrefix, volumeOf } from './volume.ts'
import { transferContext, type World } from './world.ts'

/** Compressing takes several cores as it is. */
const atOnce = 2

/** Ware IDs by name of the output, in the order of the plan; `tar:-` for what was never made. */
export async function packOutputs(
  { outputs, timeoutSeconds }: PackPlan,
  world: World,
): Promise<ReadonlyMap<string, string>> {
  const wares = new Map<string, string>(outputs.map(({ name }) => [name, '']))
  const signal =
    timeoutSeconds === undefined
      ? new AbortController().signal
      : AbortSignal.timeout(timeoutSeconds * 1000)
  try {
    await runBounded(outputs, { atOnce, signal }, async (output, jobSignal) => {
      wares.set(output.name, await packOutput(output, world, jobSignal))
    })
  } catch (error) {
    if (!signal.aborted || !isCancellation(error)) throw error
    const why = `it took longer than ${timeoutSeconds ?? 0} s`
    const problem = { code: 'cancelled', task: 'pack the outputs', why } as const
    throw new R2k8sError([problem], { cause: error })
  }
  return wares
}

async function packOutput(
  output: OutputOrder,
  world: World,
  signal: AbortSignal,
): Promise<string> {
  const { packtype } = output
  const { root: tree, placeholders, at } = volumeOf(output.root)
  if (!isDirectory(tree)) throw notPackable(output, `there is no root in ${quote(at)}`)
  const resolved = findInTree(tree, rawTextFromUtf8(output.path))
  if (resolved.kind === 'outside') throw notPackable(output, 'links lead out of the root')
  // Where a link dangles or a file stands in the way, nothing is there for a program either.
  if (resolved.kind !== 'found') return `${packtype}:-`

  const isLeftover = findLeftovers(tree, readPlaceholderRecord(placeholders))
  const inTree = (path: RawText) => joinPaths(resolved.path, path)
  const scratch = mkdtempSync(`${at}/${temporaryPrefix}pack-`)
  try {
    const { result } = await packWare(
      {
        packtype,
        path: resolved.path === '.' ? tree : `${tree}/${displayText(resolved.path)}`,
        filter: makeEntryFilter(
          { ...filterPresets['pack-flatten'], ...output.filters },
          world.io.mine,
        ),
        addresses: output.addresses,
        compression: output.compression ?? 'gzip',
        skip: (path: RawText, kind: EntryKind) =>
          path !== '.' && isLeftover(inTree(path), kind),
      },
      transferContext(world, scratch, signal),
    )
    return formatWareId(result)
  } finally {
    removeTree(scratch)
  }
}

function joinPaths(directory: RawText, path: RawText): RawText {
  if (directory === '.') return path
  return path === '.' ? directory : `${directory}/${path}`
}

function notPackable({ name }: OutputOrder, why: string): R2k8sError {
  const task = `pack the output ${quote(name)}`
  return new R2k8sError([{ code: 'pack-invalid', task, why }])
}

function isCancellation(error: unknown): boolean {
  return error instanceof R2k8sError && error.code === 'cancelled'
}
