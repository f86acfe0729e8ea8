// What a target holds already in the place of a ware. A damaged copy is not the ware (wares.md §8.3):
// where reading costs next to nothing it is verified, elsewhere it is taken at its word.

import { R2k8sError, type ErrorCode } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openWarehouse } from '../warehouse/open-warehouse.ts'
import { fetchWare } from './fetch-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export type StandingCopy =
  | { readonly kind: 'missing' | 'whole' | 'unread' }
  | { readonly kind: 'damaged' | 'unavailable'; readonly why: string }

export interface WantedCopy {
  readonly wareId: WareId
  readonly strictDigest?: string
}

/** A single remote place counts as `missing`: it may hold anything. @throws R2k8sError cancelled */
export async function inspectCopy(
  address: WarehouseAddress,
  wanted: WantedCopy,
  context: TransferContext,
): Promise<StandingCopy> {
  const isLocal = isVerifiable(address, wanted.wareId)
  if (!isLocal && !address.contentAddressed) return { kind: 'missing' }
  if (address.layout === 'repository') return { kind: 'missing' }
  const opened = await openWarehouse(address, context).open(wanted.wareId)
  if (opened.kind === 'found') await opened.ware.close()
  if (opened.kind === 'absent') return { kind: 'missing' }
  if (opened.kind === 'unavailable') return opened
  return isLocal ? await verify(address, wanted, context) : { kind: 'unread' }
}

/** Whether its copy can be read at no cost, and is an archive. */
export function isVerifiable(
  { scheme }: WarehouseAddress,
  { packtype }: WareId,
): boolean {
  return scheme === 'file' && packtype !== 'git' && packtype !== 'file'
}

async function verify(
  address: WarehouseAddress,
  wanted: WantedCopy,
  context: TransferContext,
): Promise<StandingCopy> {
  // Its progress and its warnings would be taken for those of the transfer.
  const quiet = { ...context, report: () => undefined }
  const attempt = { discard: () => undefined }
  try {
    await fetchWare({ ...wanted, addresses: [address] }, () => attempt, quiet)
    return { kind: 'whole' }
  } catch (error) {
    if (!(error instanceof R2k8sError) || !faultsOfCopy.includes(error.code)) throw error
    const why = error.problems[0].why.replace(`${quoteAddress(address.text)}: `, '')
    return { kind: 'damaged', why }
  }
}

const faultsOfCopy: readonly ErrorCode[] = [
  'ware-hash-mismatch',
  'ware-corrupt',
  'inoperable-path',
  // Gone in the meantime, or the disk cannot read it.
  'ware-not-found',
  'warehouse-unavailable',
]
