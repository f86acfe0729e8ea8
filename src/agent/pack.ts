// The duty of the packing sidecar: when the action has ended, packs the outputs out of the roots and
// saves them (run.md §1). The action may have failed: its outputs are packed all the same.

import { mkdtempSync } from 'node:fs'
import { R2k8sError, quote, type Problem } from '../errors.ts'
import {
  openDirectoryHandles,
  type DirectoryHandles,
} from '../fileset/directory-handles.ts'
import { filesetProblem } from '../fileset/fileset-problem.ts'
import { removeTree } from '../fileset/remove-tree.ts'
import { walkTree } from '../fileset/walk-tree.ts'
import type { OutputOrder, PackPlan } from '../mutate/pack-plan.ts'
import { packRecords } from '../transfer/pack-records.ts'
import type { EntryKind, RawText } from '../ware/entry.ts'
import { makeEntryFilter } from '../ware/entry-filter.ts'
import { filterPresets } from '../ware/filters.ts'
import { systemErrorCode } from '../system-error.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { formatWareId } from '../ware/ware-id.ts'
import { findWith } from './find-in-tree.ts'
import { findLeftovers } from './leftovers.ts'
import { startOfOutput } from './output-start.ts'
import { readPlaceholderRecord } from './placeholder-record.ts'
import { runBounded } from './run-bounded.ts'
import { isDirectory, temporaryPrefix, volumeOf } from './volume.ts'
import { transferContext, type World } from './world.ts'

/** Compressing takes several cores as it is. */
const atOnce = 2

export interface PackedOutputs {
  /** Ware IDs by name of the output, in the order of the plan; `tar:-` for what was never made. */
  readonly results: ReadonlyMap<string, string>
  /** Why the others are missing. One that fails does not keep the others from being saved. */
  readonly problems: readonly Problem[]
}

/** What is not done when the time of the plan is over is a problem, too. */
export async function packOutputs(
  { outputs, timeoutSeconds }: PackPlan,
  world: World,
): Promise<PackedOutputs> {
  const wares = new Map<OutputOrder, string>()
  const failures = new Map<OutputOrder, readonly Problem[]>()
  const { quit } = world.io.told
  const signal =
    timeoutSeconds === undefined
      ? quit
      : AbortSignal.any([quit, AbortSignal.timeout(timeoutSeconds * 1000)])
  const crowded = new Set<OutputOrder>()
  const packAll = (some: readonly OutputOrder[], bound: number): Promise<void> =>
    runBounded(some, { atOnce: bound, signal }, async (output, jobSignal) => {
      try {
        wares.set(output, await packOutput(output, world, jobSignal))
        failures.delete(output)
      } catch (error) {
        if (!(error instanceof R2k8sError)) throw error
        if (isCancellation(error)) return
        failures.set(output, error.problems)
        if (isDiskFull(error)) crowded.add(output)
      }
    }).catch((error: unknown) => {
      if (!signal.aborted || !isCancellation(error)) throw error
    })
  await packAll(outputs, atOnce)
  // One that does not fit may have taken the room of one beside it.
  if (crowded.size > 0) await packAll([...crowded], 1)
  const isWhole = wares.size + failures.size === outputs.length
  return {
    results: new Map(
      outputs.flatMap((output) => {
        const ware = wares.get(output)
        return ware === undefined ? [] : [[output.name, ware] as const]
      }),
    ),
    problems: [
      ...outputs.flatMap((output) => failures.get(output) ?? []),
      ...(isWhole ? [] : [quit.aborted ? cutShort : tooSlow(timeoutSeconds)]),
    ],
  }
}

async function packOutput(
  output: OutputOrder,
  world: World,
  signal: AbortSignal,
): Promise<string> {
  const { root: tree, at } = volumeOf(output.root)
  let handles: DirectoryHandles | undefined
  try {
    if (!isDirectory(tree)) throw notPackable(output, `there is no root in ${quote(at)}`)
    handles = openDirectoryHandles(tree)
    return await packFrom(handles, output, { world, signal })
  } catch (error) {
    throw filesetProblem(
      error,
      taskOf(output),
      rawTextFromUtf8(output.path),
      'pack-invalid',
    )
  } finally {
    handles?.close()
  }
}

/** Programs may still be at work in the tree: from here on nothing is reached by a path from outside. */
async function packFrom(
  handles: DirectoryHandles,
  output: OutputOrder,
  { world, signal }: { readonly world: World; readonly signal: AbortSignal },
): Promise<string> {
  const { packtype } = output
  const { root: tree, placeholders, at } = volumeOf(output.root)
  const resolved = findWith(handles, rawTextFromUtf8(output.path))
  if (resolved.kind === 'outside') throw notPackable(output, 'links lead out of the root')
  // Where a link dangles or a file stands in the way, nothing is there for a program either.
  if (resolved.kind !== 'found') return `${packtype}:-`

  const start = startOfOutput(handles, resolved)
  const looking = openDirectoryHandles(tree)
  const scratch = mkdtempSync(`${at}/${temporaryPrefix}pack-`)
  try {
    const isLeftover = findLeftovers(looking, readPlaceholderRecord(placeholders))
    const skip = (path: RawText, kind: EntryKind) =>
      path !== '.' && isLeftover(joinPaths(resolved.path, path), kind)
    const context = transferContext(world, scratch, signal)
    const { result } = await packRecords(
      {
        packtype,
        space: output.space ?? 'timeless',
        name: output.name,
        task: taskOf(output),
        filter: makeEntryFilter(
          { ...filterPresets['pack-flatten'], ...output.filters },
          world.io.mine,
        ),
        addresses: output.addresses,
        compression: output.compression ?? 'gzip',
        produce: (sink) => walkTree(start, sink, context.report, { skip }),
      },
      context,
    )
    return formatWareId(result)
  } finally {
    looking.close()
    removeTree(scratch)
  }
}

function joinPaths(directory: RawText, path: RawText): RawText {
  if (directory === '.') return path
  return path === '.' ? directory : `${directory}/${path}`
}

const cutShort: Problem = {
  code: 'cancelled',
  task: 'pack the outputs',
  why: 'it was told to end',
}

function tooSlow(seconds = 0): Problem {
  const why = `it took longer than ${seconds} s`
  const hints = ['give packing more time: --pack-timeout of kubectl r2k8s run']
  return { code: 'cancelled', task: 'pack the outputs', why, hints }
}

function notPackable(output: OutputOrder, why: string): R2k8sError {
  return new R2k8sError([{ code: 'pack-invalid', task: taskOf(output), why }])
}

function taskOf({ name }: OutputOrder): string {
  return `pack the output ${quote(name)}`
}

function isDiskFull(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (['ENOSPC', 'EDQUOT'].includes(systemErrorCode(at) ?? '')) return true
  }
  return false
}

function isCancellation(error: unknown): boolean {
  return error instanceof R2k8sError && error.code === 'cancelled'
}
