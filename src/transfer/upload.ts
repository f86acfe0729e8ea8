// Writing one ware to several warehouses at once: all of them get it, or the error says which did not.

import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openWarehouse } from '../warehouse/open-warehouse.ts'
import type { UploadRecord, WareUpload } from '../warehouse/warehouse.ts'
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
      uploads.push(
        asTarget(await asWriting(() => openForWriting(address, wareId, context))),
      )
    } catch (error) {
      await discard()
      throw error
    }
  }
  return {
    discard,
    write: async (chunk) => {
      await Promise.all(uploads.map((upload) => upload.write(chunk)))
    },
    commit: async (record: UploadRecord) => {
      for (const upload of uploads) await upload.commit(record)
    },
  }
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

/** A target that does not answer is not a source that does not. */
function asTarget({ write, commit, discard }: WareUpload): WareUpload {
  return {
    discard,
    write: (chunk) => asWriting(() => write(chunk)),
    commit: (record) => asWriting(() => commit(record)),
  }
}

async function asWriting<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code !== 'warehouse-unavailable')
      throw error
    const [first, ...others] = error.problems
    throw new R2k8sError([{ ...first, code: 'warehouse-unwritable' }, ...others], {
      cause: error,
    })
  }
}
