// Brings a ware to a place on disk: from the cache, through it, or past it (wares.md §9, §10).

import { dirname, resolve } from 'node:path'
import { openCache, type Cache } from '../fileset/cache.ts'
import { copyTree } from '../fileset/copy-tree.ts'
import { placeTree } from '../fileset/place-tree.ts'
import { openStaging, type Staging } from '../fileset/staging.ts'
import type { TreeWriterOptions } from '../fileset/tree-writer.ts'
import type { EntryFilter } from '../ware/entry-filter.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { keepIndex, knownIndex } from './index-ware.ts'
import { stageWare } from './stage-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export interface UnpackRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  readonly filter: EntryFilter
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
  const cache = context.cacheBase === undefined ? undefined : openCache(context.cacheBase)
  const shelf = findShelf(cache, request)
  if (shelf !== undefined) {
    const message = `${formatWareId(wareId)} comes from the cache`
    context.report({ kind: 'log', level: 'info', message })
    if (placer !== 'none') await copyTo(shelf, request)
    return wareId
  }
  if (placer === 'direct' || cache === undefined)
    return await unpackBeside(request, context)
  const { filteredId, shelf: filled } = await fillCache(cache, request, context)
  if (placer === 'copy') await copyTo(filled, request)
  return filteredId
}

/** By the ID that was asked for: what a filter would make of it is not known before. */
function findShelf(
  cache: Cache | undefined,
  { wareId, filter }: UnpackRequest,
): string | undefined {
  return filter.alters ? undefined : cache?.find(wareId)
}

async function fillCache(
  cache: Cache,
  request: UnpackRequest,
  context: TransferContext,
): Promise<{ filteredId: WareId; shelf: string }> {
  const staging = cache.stage(request.wareId.packtype)
  try {
    const filteredId = await stageInto(staging, request, context)
    return { filteredId, shelf: cache.shelve(filteredId, staging) }
  } finally {
    staging.discard()
  }
}

/** On the file system of the destination, so that placing it is a rename. */
async function unpackBeside(
  request: UnpackRequest,
  context: TransferContext,
): Promise<WareId> {
  const destination = resolve(context.cwd, request.destination)
  const staging = openStaging(dirname(destination))
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

async function copyTo(shelf: string, { destination }: UnpackRequest): Promise<void> {
  const place = resolve(destination)
  const staging = openStaging(dirname(place))
  try {
    await copyTree(shelf, staging.tree)
    placeTree(staging.tree, place)
  } finally {
    staging.discard()
  }
}
