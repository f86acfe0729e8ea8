// The order that the packing sidecar gets: one JSON text in R2K8S_PACK_PLAN. Written here, read by the
// agent.

import type { FilterWords } from '../formula/formula.ts'

export const packPlanVariable = 'R2K8S_PACK_PLAN'

export interface PackPlan {
  readonly version: 1
  readonly outputs: readonly OutputOrder[]
  /** Seconds from the signal on; what is not packed by then is given up. Without it there is no end. */
  readonly timeoutSeconds?: number
}

export interface OutputOrder {
  /** Key of the result. */
  readonly name: string
  /** Where the sidecar sees the volume; the tree of the root lies in `root` below it. */
  readonly root: string
  /** Inside the root, as the formula writes it. */
  readonly path: string
  readonly packtype: 'tar' | 'zip'
  /** Instead of those of the preset Flatten, name by name. */
  readonly filters: FilterWords
  /** Warehouse addresses, all of which get the ware; empty: hashed, not stored. */
  readonly addresses: readonly string[]
  /** Without it: gzip for tar, the format's own for zip. */
  readonly compression?: 'none' | 'gzip' | 'zstd'
}
