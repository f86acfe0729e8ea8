// Fetches a ware and unpacks it into a private directory; what a failed try left there is removed.

import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { removeContents, removeTree } from '../fileset/remove-tree.ts'
import { openTreeWriter, type TreeWriterOptions } from '../fileset/tree-writer.ts'
import { filterSink, type EntryFilter } from '../ware/entry-filter.ts'
import { inferredDirectory, recipes } from '../ware/fileset-hash.ts'
import type { WareId } from '../ware/ware-id.ts'
import { parseAddresses } from './addresses.ts'
import { fetchWare, type Attempt, type Fetched } from './fetch-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export interface StageRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  /** An existing, empty, private directory. A ware that is a lone file stands there in its place. */
  readonly tree: string
  readonly owners: TreeWriterOptions['owners']
  readonly filter?: EntryFilter
  readonly strictDigest?: string
  readonly index?: { readonly program?: string }
  /** Everything has reached the disk when this is done. */
  readonly sync?: boolean
}

/** @throws R2k8sError as `fetchWare` does, and local-cache-problem when the disk takes it not */
export async function stageWare(
  request: StageRequest,
  context: TransferContext,
): Promise<Fetched> {
  const { wareId, addresses } = request
  const parsed = parseAddresses(addresses, wareId, 'fetch a ware')
  return await fetchWare(
    { ...request, addresses: parsed },
    () => openUnpacking(request, context),
    context,
  )
}

function openUnpacking(
  { wareId, tree, owners, filter, sync }: StageRequest,
  { signal }: Pick<TransferContext, 'signal'>,
): Attempt {
  const { inferredSeconds } =
    wareId.space === 'legacy' ? recipes.legacy : recipes.timeless
  const writer = openTreeWriter(tree, {
    owners,
    ...(signal !== undefined && { signal }),
    ...(sync !== undefined && { sync }),
    inferred: (path) => {
      const plain = inferredDirectory(path, inferredSeconds)
      return filter?.apply(plain) ?? plain
    },
  })
  return {
    sink: filter === undefined ? writer : filterSink(filter, writer),
    accept: async () => {
      await writer.finishInTurns()
      writer.close()
    },
    discard: () => {
      writer.close()
      emptyTree(tree)
    },
  }
}

/** As it was before. */
function emptyTree(tree: string): void {
  if (lstatSync(tree).isDirectory()) {
    chmodSync(tree, 0o700)
    removeContents(tree)
    return
  }
  removeTree(tree)
  mkdirSync(tree, 0o700)
}
