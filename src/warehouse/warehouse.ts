// What a warehouse is to the rest of the program, whatever stands behind its address.

import type { ClientContext } from '../host/client-context.ts'
import type { Compression } from '../ware/compression.ts'
import type { WareId } from '../ware/ware-id.ts'

export type { Env } from '../host/client-context.ts'
export type WarehouseContext = ClientContext

export interface Warehouse {
  /** Without an ID only at addresses of a single blob. Throws `cancelled`, and on bugs. */
  readonly open: (wareId: WareId | undefined) => Promise<OpenOutcome>
  /**
   * Begins a write that appears whole or not at all. The ID is given where it is known beforehand.
   * @throws R2k8sError `warehouse-unwritable`, `warehouse-unavailable`, `cancelled`; so do the
   * functions of the upload
   */
  readonly create: (wareId: WareId | undefined) => Promise<WareUpload>
}

/** `unavailable`: the warehouse gave no answer to the question whether it has the ware. */
export type OpenOutcome =
  | { readonly kind: 'found'; readonly ware: StoredWare }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string }

export interface StoredWare {
  /** In bytes, as the warehouse claims. */
  readonly size: number | undefined
  /** To be read once. Fails with `warehouse-unavailable` when it cannot be brought to its end. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** As the warehouse claims. */
  readonly strictDigest?: string
  /** Lets go of what has not been read. Never throws. */
  readonly close: () => Promise<void>
}

/** One of `commit` and `discard` ends it. After a failure `discard` is still to be called. */
export interface WareUpload {
  /** The chunk may be reused by the caller once this is done. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Does nothing more where the warehouse has the ware already. */
  readonly commit: (record: UploadRecord) => Promise<void>
  /** Leaves nothing behind. Never throws. */
  readonly discard: () => Promise<void>
}

export interface UploadRecord {
  readonly wareId: WareId
  readonly compression: Compression
  readonly strictDigest?: string
  /** What lies there is known to be wrong. Only warehouses in directories are asked to. */
  readonly replace?: boolean
}
