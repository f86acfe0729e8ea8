// An image as flattening sees it, wherever it lies.

import type { JsonValue } from '../../json.ts'
import type { UnpackLimits } from '../../ware/unpack-limits.ts'
import type { WarehouseContext } from '../../warehouse/warehouse.ts'

export interface ImageContext extends WarehouseContext {
  readonly limits: UnpackLimits
  /** `os/architecture[/variant]`; else linux on the machine this runs on. */
  readonly platform?: string
}

export interface ImageSource {
  /** What the reference led to: of the manifest, in docker archives of the configuration. */
  readonly digest: string
  /** As the image has it: platform, environment, entrypoint. */
  readonly config: JsonValue
  /** The lowest first. */
  readonly layers: readonly ImageLayer[]
  readonly close: () => Promise<void>
}

export interface ImageLayer {
  readonly digest: string
  /** Of which bytes: those that `open` gives, or those that are compressed in them. */
  readonly covers: 'stored' | 'inflated'
  /** Bytes that `open` gives, where known. */
  readonly size?: number
  /** May be called again. The bytes are not checked yet unless the source says so by `covers`. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>
}
