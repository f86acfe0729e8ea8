// The index of a ware: from the cache, or by reading the ware once.

import { quote, R2k8sError } from '../errors.ts'
import { readIndexEntry, writeIndexEntry } from '../fileset/index-store.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import type { WareIndex } from '../ware/ware-index.ts'
import { parseAddresses } from './addresses.ts'
import { fetchWare } from './fetch-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export interface IndexRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  /** The action's: the machine type is told of it. */
  readonly program?: string
}

/** @throws R2k8sError as `fetchWare` does */
export async function indexWare(
  { wareId, addresses, program }: IndexRequest,
  context: TransferContext,
): Promise<WareIndex> {
  const known = knownIndex(wareId, context)
  // Without a machine the ware has programs for several, and only reading it tells which this is.
  const suffices = program === undefined || known?.machine !== undefined
  if (known !== undefined && (suffices || addresses.length === 0)) return known
  try {
    return await readIndex(
      { wareId, addresses, ...(program !== undefined && { program }) },
      known?.strictDigest,
      context,
    )
  } catch (error) {
    if (known === undefined || !(error instanceof R2k8sError)) throw error
    const message = `the machine type of ${quote(program ?? '')} stays unknown: ${error.message}`
    context.report({ kind: 'log', level: 'warn', message })
    return known
  }
}

async function readIndex(
  { wareId, addresses, program }: IndexRequest,
  strictDigest: string | undefined,
  context: TransferContext,
): Promise<WareIndex> {
  const request = {
    wareId,
    addresses: parseAddresses(addresses, wareId, 'index a ware'),
    index: program === undefined ? {} : { program },
    ...(strictDigest !== undefined && { strictDigest }),
  }
  const fetched = await fetchWare(request, () => ({ discard: () => undefined }), context)
  const { index, programMachine } = fetched
  if (index === undefined) throw new Error('no index was made')
  keepIndex(wareId, index, context)
  return programMachine === undefined ? index : { ...index, machine: programMachine }
}

/** What may not be read is as good as not there, but for the strict digest: so that is told. */
export function knownIndex(
  wareId: WareId,
  { cacheBase, report }: TransferContext,
): WareIndex | undefined {
  if (cacheBase === undefined) return undefined
  try {
    return readIndexEntry(cacheBase, wareId)
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code !== 'local-cache-problem')
      throw error
    const message = `what is known of ${formatWareId(wareId)} is left out: ${error.message}`
    report({ kind: 'log', level: 'warn', message })
    return undefined
  }
}

/** Only a convenience: a cache that cannot be written to is no reason to fail. */
export function keepIndex(
  wareId: WareId,
  index: WareIndex,
  { cacheBase, report }: TransferContext,
): void {
  if (cacheBase === undefined) return
  try {
    writeIndexEntry(cacheBase, wareId, index)
  } catch (error) {
    const message = `the index is not kept: ${error instanceof Error ? error.message : String(error)}`
    report({ kind: 'log', level: 'debug', message })
  }
}
