// Copies a ware from one warehouse to another, byte for byte, once it has been verified.

import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openWarehouse } from '../warehouse/open-warehouse.ts'
import { parseAddresses, parseAll } from './addresses.ts'
import { fetchWare, type Attempt, type Fetched } from './fetch-ware.ts'
import { knownIndex } from './index-ware.ts'
import type { TransferContext } from './transfer-context.ts'
import { openUploads } from './upload.ts'

export interface MirrorRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  readonly target: string
}

/** Does nothing when the target has the ware already. @throws R2k8sError */
export async function mirrorWare(
  { wareId, addresses, target }: MirrorRequest,
  context: TransferContext,
): Promise<Fetched | 'there-already'> {
  const task = `mirror ${formatWareId(wareId)}`
  const [to] = parseAll([target], wareId.packtype, task)
  if (to === undefined) throw new Error('no target')
  if (wareId.packtype === 'git') {
    const why = 'a commit is no archive; git has its own ways to copy repositories'
    throw new R2k8sError([{ code: 'usage', task, why }])
  }
  const from = parseAddresses(addresses, wareId, task)
  if (await isThere(to, wareId, context)) return 'there-already'
  const strictDigest = knownIndex(wareId, context)?.strictDigest
  return await fetchWare(
    {
      wareId,
      addresses: from,
      phase: 'mirror',
      ...(strictDigest !== undefined && { strictDigest }),
    },
    () => openCopy(to, wareId, context),
    context,
  )
}

/** Trusted, as by rio, where the place follows from the hash; a single place may hold anything. */
async function isThere(
  address: WarehouseAddress,
  wareId: WareId,
  context: TransferContext,
): Promise<boolean> {
  if (!address.contentAddressed || address.layout === 'repository') return false
  const opened = await openWarehouse(address, context).open(wareId)
  if (opened.kind !== 'found') return false
  await opened.ware.close()
  const message = `${quoteAddress(address.text)} has it already; what is there was not read`
  context.report({ kind: 'log', level: 'info', message })
  return true
}

async function openCopy(
  to: WarehouseAddress,
  wareId: WareId,
  context: TransferContext,
): Promise<Attempt> {
  const upload = await openUploads([to], wareId, context)
  return {
    onBytes: upload.write,
    accept: async ({ compression, strictDigest }) => {
      await upload.commit({ wareId, compression, strictDigest })
    },
    discard: upload.discard,
  }
}
