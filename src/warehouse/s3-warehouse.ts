// Warehouses in buckets: S3 and what speaks like it, Google's storage among them.

import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import type { WareId } from '../ware/ware-id.ts'
import { createCredentialReader } from './credentials.ts'
import { openDownload } from './download.ts'
import { openObjectStore, type ObjectStore } from './object-store.ts'
import { explainStoreError } from './object-store-error.ts'
import { beginParts } from './part-upload.ts'
import { placeOf } from './place.ts'
import { createSpooledUpload } from './spooled-upload.ts'
import { sendForWriting } from './write-request.ts'
import { throwIfCancelled, unwritable } from './warehouse-problems.ts'
import type { Warehouse, WarehouseContext, WareUpload } from './warehouse.ts'

export type ObjectAddress = Extract<WarehouseAddress, { scheme: 's3' | 'gs' }>

export function openObjectWarehouse(
  address: ObjectAddress,
  context: WarehouseContext,
): Warehouse {
  const credentials = createCredentialReader(context)
  let opening: ReturnType<typeof openObjectStore> | undefined
  const openStore = () => (opening ??= openObjectStore(address, credentials))
  const keyOf = (wareId: WareId | undefined) =>
    [decodeKey(address.key), placeOf(address.layout, wareId)]
      .filter((part) => part !== '')
      .join('/')
  return {
    open: async (wareId) => {
      throwIfCancelled(context.signal)
      const key = keyOf(wareId)
      const why = whyNoKey(key)
      if (why !== undefined) return { kind: 'unavailable', why }
      const store = await openStore()
      if ('why' in store) return { kind: 'unavailable', why: store.why }
      return await openDownload(
        {
          request: (headers) => store.sign({ method: 'GET', key, headers }),
          explain: async (response) => {
            const { kind, text } = await explainStoreError(response, store.isAnonymous)
            return { kind, why: text }
          },
        },
        context,
      )
    },
    create: async (wareId) => {
      throwIfCancelled(context.signal)
      const why = whyNoKey(decodeKey(address.key))
      if (why !== undefined) throw unwritable(why)
      const store = await openStore()
      if ('why' in store) throw unwritable(store.why)
      const isKnown = address.layout === 'single' || wareId !== undefined
      // An object cannot be renamed and copying it costs a second transfer, so where the name
      // follows from the hash the archive waits on disk for it.
      return isKnown
        ? createDirectUpload(store, keyOf(wareId), context)
        : await createSpooledUpload(context, async (spool, record) => {
            const key = keyOf(record.wareId)
            if (await isThere(store, { key, size: spool.size }, context)) return
            const upload = createDirectUpload(store, key, context)
            try {
              for await (const chunk of spool.read()) await upload.write(chunk)
              await upload.commit(record)
            } finally {
              await upload.discard()
            }
          })
    },
  }
}

/** An object appears when all of its parts are acknowledged, or with its one PUT. */
function createDirectUpload(
  store: ObjectStore,
  key: string,
  context: WarehouseContext,
): WareUpload {
  const parts = beginParts(store, key, context)
  return { write: parts.write, commit: () => parts.finish(), discard: parts.abort }
}

/** What is there with another size is another packing, or damaged: it is written anew. */
async function isThere(
  store: ObjectStore,
  { key, size }: { readonly key: string; readonly size: number },
  context: WarehouseContext,
): Promise<boolean> {
  const request = () => store.sign({ method: 'HEAD', key })
  const response = await sendForWriting(request, context)
  await response.discard()
  const length = response.headers['content-length'] ?? String(size)
  return response.status === 200 && length === String(size)
}

/** As in other addresses `%20` stands for a blank; a lone `%` for itself. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key // the only thing it throws is URIError
  }
}

function whyNoKey(key: string): string | undefined {
  return key.split('/').some((part) => part === '.' || part === '..')
    ? 'a key with "." or ".." between slashes cannot be asked for'
    : undefined
}
