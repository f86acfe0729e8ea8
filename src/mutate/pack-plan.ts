// The order that the packing sidecar gets: one JSON text in R2K8S_PACK_PLAN. Written here, read by the
// agent.

import type { FilterWords } from '../formula/formula.ts'

export const packPlanVariable = 'R2K8S_PACK_PLAN'

/** Tells the fetcher of the same pod where `ready` is. */
export const waitForVariable = 'R2K8S_WAIT_FOR'

export interface PackPlan {
  readonly version: 1
  readonly outputs: readonly OutputOrder[]
  /** File to make as soon as signals are heard. */
  readonly ready?: string
  /** Seconds from the signal on; what is not packed by then is given up. Without it there is no end. */
  readonly timeoutSeconds?: number
  /**
   * `told`: packing begins when `agent begin` is run in the container, and SIGTERM is the end. Without it,
   * SIGTERM is when it begins.
   */
  readonly begin?: 'told'
  /** Longest wait for `agent release` when all is packed: held outputs are fetched until then. */
  readonly holdSeconds?: number
}

export interface OutputOrder {
  /** Key of the result. */
  readonly name: string
  /** Where the sidecar sees the volume; the tree of the root lies in `root` below it. */
  readonly root: string
  /** Inside the root, as the formula writes it. */
  readonly path: string
  readonly packtype: 'tar' | 'zip'
  /** Of the hash, where it is that of Repeatr's first formulas. */
  readonly space?: 'legacy'
  /** Instead of those of the preset Flatten, name by name. */
  readonly filters: FilterWords
  /** Its archive is kept in the volume until `agent release`; `agent give` prints it. */
  readonly held?: true
  /** Warehouse addresses, all of which get the ware; empty and not held: hashed, not stored. */
  readonly addresses: readonly string[]
  /** Without it: gzip for tar, the format's own for zip. */
  readonly compression?: 'none' | 'gzip' | 'zstd'
}
