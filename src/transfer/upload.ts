// Writing one ware to several warehouses at once: all of them get it, or the error says which did not.

import { R2k8sError, throwIfAny, type Problem } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openWarehouse } from '../warehouse/open-warehouse.ts'
import type { UploadRecord, WareUpload } from '../warehouse/warehouse.ts'
import { inspectCopy, isVerifiable } from './standing-copy.ts'
import type { TransferContext } from './transfer-context.ts'

export type SharedUpload = Pick<WareUpload, 'write' | 'discard' | 'commit'>

export async function openUploads(
  addresses: readonly WarehouseAddress[],
  wareId: WareId | undefined,
  context: TransferContext,
): Promise<SharedUpload> {
  const uploads: WareUpload[] = []
  const discard = async (): Promise<void> => {
    await Promise.all(uploads.map((upload) => upload.discard()))
  }
  for (const address of addresses) {
    try {
      const open = () => openForWriting(address, wareId, context)
      uploads.push(asTarget(address, await asWriting(address, open), context))
    } catch (error) {
      await discard()
      throw error
    }
  }
  return {
    discard,
    write: async (chunk) => {
      const writes = uploads.map((upload) => upload.write(chunk))
      // None may still be under way when a failure makes the caller discard them.
      await Promise.allSettled(writes)
      await Promise.all(writes)
    },
    commit: (record) => commitAll(uploads, record),
  }
}

/** One that fails does not keep the ware from the others: what is verified is whole anywhere. */
async function commitAll(
  uploads: readonly WareUpload[],
  record: UploadRecord,
): Promise<void> {
  const problems: Problem[] = []
  for (const upload of uploads) {
    try {
      await upload.commit(record)
    } catch (error) {
      if (!(error instanceof R2k8sError) || error.code === 'cancelled') throw error
      problems.push(...error.problems)
    }
  }
  throwIfAny(problems)
}

async function openForWriting(
  address: WarehouseAddress,
  wareId: WareId | undefined,
  context: TransferContext,
): Promise<WareUpload> {
  if (address.layout === 'repository') {
    const task = `write to ${quoteAddress(address.text)}`
    const why = 'wares are only read from git repositories'
    throw new R2k8sError([{ code: 'warehouse-unwritable', task, why }])
  }
  return await openWarehouse(address, context).create(wareId)
}

function asTarget(
  address: WarehouseAddress,
  { write, commit, discard }: WareUpload,
  context: TransferContext,
): WareUpload {
  return {
    discard,
    write: (chunk) => asWriting(address, () => write(chunk)),
    commit: async (record) => {
      const replace = await isToReplace(address, record, context)
      await asWriting(address, () => commit({ ...record, replace }))
    },
  }
}

/** A second copy has nothing to add to a shelf, unless the first one is damaged. */
async function isToReplace(
  address: WarehouseAddress,
  record: UploadRecord,
  context: TransferContext,
): Promise<boolean> {
  if (!address.contentAddressed || !isVerifiable(address, record.wareId)) return false
  const standing = await inspectCopy(address, record, context)
  // What nobody can read is no ware either.
  if (standing.kind !== 'damaged' && standing.kind !== 'unavailable') return false
  const message = `${quoteAddress(address.text)}: what lies there in the place of the ware is replaced: ${standing.why}`
  context.report({ kind: 'log', level: 'warn', message })
  return true
}

/** A target that does not answer is not a source that does not; and there may be several. */
async function asWriting<Result>(
  { text }: WarehouseAddress,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    const codes: readonly string[] = ['warehouse-unavailable', 'warehouse-unwritable']
    if (!(error instanceof R2k8sError) || !codes.includes(error.code)) throw error
    const [first, ...others] = error.problems
    const why = `${quoteAddress(text)}: ${first.why}`
    throw new R2k8sError([{ ...first, code: 'warehouse-unwritable', why }, ...others], {
      cause: error,
    })
  }
}
