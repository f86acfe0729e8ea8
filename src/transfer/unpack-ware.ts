// Brings a ware to a place on disk: from the cache, through it, or past it (wares.md §9, §10).

import { resolve } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { openCache, type Cache } from '../fileset/cache.ts'
import { copyTree } from '../fileset/copy-tree.ts'
import { placeTree } from '../fileset/place-tree.ts'
import type { Staging } from '../fileset/staging.ts'
import type { TreeWriterOptions } from '../fileset/tree-writer.ts'
import type { EntryFilter } from '../ware/entry-filter.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { checkShelf } from './check-shelf.ts'
import { refuseUnfit, stageNear } from './destination.ts'
import { keepIndex, knownIndex } from './index-ware.ts'
import { stageWare } from './stage-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export interface UnpackRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  readonly filter: EntryFilter
  /** Whether the filter can refuse something. */
  readonly rejects: boolean
  readonly owners: TreeWriterOptions['owners']
  /** `copy` goes through the cache, `direct` past it, `none` only fills it. */
  readonly placer: 'copy' | 'direct' | 'none'
  /** What is there is replaced. Not used by `none`. */
  readonly destination: string
}

/** @returns the ID of what was placed, which a filter may have made another. @throws R2k8sError */
export async function unpackWare(
  request: UnpackRequest,
  context: TransferContext,
): Promise<WareId> {
  const { wareId, placer } = request
  if (placer !== 'none') refuseUnfit(resolve(context.cwd, request.destination))
  const cache = context.cacheBase === undefined ? undefined : openCache(context.cacheBase)
  const shelf = findShelf(cache, request, context)
  if (shelf !== undefined) {
    const message = `${formatWareId(wareId)} comes from the cache`
    context.report({ kind: 'log', level: 'info', message })
    if (request.rejects) await checkShelf(shelf, request, context)
    if (placer !== 'none') await copyTo(shelf, request, context)
    return wareId
  }
  if (placer === 'direct' || cache === undefined)
    return await unpackBeside(request, context)
  const { filteredId, shelf: filled } = await fillCache(cache, request, context)
  if (placer === 'copy') await copyTo(filled, request, context)
  return filteredId
}

/** By the ID that was asked for: what a filter would make of it is not known before. */
function findShelf(
  cache: Cache | undefined,
  { wareId, filter, placer }: UnpackRequest,
  { report }: TransferContext,
): string | undefined {
  if (filter.alters) return undefined
  try {
    return cache?.find(wareId)
  } catch (error) {
    // `direct` only saves a transfer by looking.
    const isIdle = error instanceof R2k8sError && error.code === 'local-cache-problem'
    if (!isIdle || placer !== 'direct') throw error
    const message = `the cache is left out: ${error.message}`
    report({ kind: 'log', level: 'warn', message })
    return undefined
  }
}

async function fillCache(
  cache: Cache,
  request: UnpackRequest,
  context: TransferContext,
): Promise<{ filteredId: WareId; shelf: string }> {
  const staging = cache.stage(request.wareId.packtype)
  try {
    const filteredId = await stageInto(staging, request, context)
    // What is there stays, and is what will be copied.
    const there = request.rejects ? cache.find(filteredId) : undefined
    if (there !== undefined) await checkShelf(there, request, context)
    return { filteredId, shelf: cache.shelve(filteredId, staging) }
  } finally {
    staging.discard()
  }
}

async function unpackBeside(
  request: UnpackRequest,
  context: TransferContext,
): Promise<WareId> {
  const destination = resolve(context.cwd, request.destination)
  const staging = stageNear(destination)
  try {
    const filteredId = await stageInto(staging, request, context)
    placeTree(staging.tree, destination)
    return filteredId
  } finally {
    staging.discard()
  }
}

async function stageInto(
  { tree }: Staging,
  { wareId, addresses, filter, owners }: UnpackRequest,
  context: TransferContext,
): Promise<WareId> {
  const known = knownIndex(wareId, context)?.strictDigest
  const request = { wareId, addresses, tree, owners, filter, index: {} }
  const fetched = await stageWare(
    { ...request, ...(known !== undefined && { strictDigest: known }) },
    context,
  )
  if (known === undefined && fetched.index !== undefined) {
    keepIndex(wareId, fetched.index, context)
  }
  return fetched.filteredId
}

async function copyTo(
  shelf: string,
  { destination }: UnpackRequest,
  { cwd }: TransferContext,
): Promise<void> {
  const place = resolve(cwd, destination)
  const staging = stageNear(place)
  try {
    await copyTree(shelf, staging.tree)
    placeTree(staging.tree, place)
  } finally {
    staging.discard()
  }
}
