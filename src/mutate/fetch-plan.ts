// The order that the fetcher gets: one JSON text in R2K8S_PLAN. Written here, read by the agent.

import type { FilterWords } from '../formula/formula.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

export const planVariable = 'R2K8S_PLAN'

/** Directory in which the fetcher waits for wares that a client sends: see sent-inputs.ts. */
export const inputsVariable = 'R2K8S_INPUTS'

/** Kept well below the 128 KiB that the kernel allows one environment string. */
export const maxPlanBytes = 100 * 1024

export interface FetchPlan {
  readonly version: 1
  readonly roots: readonly RootOrder[]
  /** What the settings say of how much a ware may hold; the defaults for all else. */
  readonly limits?: Partial<UnpackLimits>
}

export interface RootOrder {
  /** Where the fetcher sees the volume. */
  readonly at: string
  readonly container: string
  readonly formula: string
  /** In the order in which they are placed. */
  readonly wares: readonly WareOrder[]
  /** Top-level names that the container mounts: any other in the tree is an error. */
  readonly mounts: readonly string[]
  /** Targets of the container's other mounts, to be made when they are missing. */
  readonly placeholders: readonly Placeholder[]
  /** Directories to prepare; absent when the formula disables the cradle. */
  readonly cradle?: { readonly cwd: string; readonly home: string }
  readonly user: { readonly uid: number; readonly gid: number }
  readonly ownership: 'keep' | 'flatten'
  /** Present when set-ID bits survive. Devices never do. */
  readonly setid?: true
  /** Path of the program, for the fetcher's test whether this node can run it. */
  readonly program?: string
  readonly script?: { readonly directory: string; readonly contents: readonly string[] }
}

export interface WareOrder {
  readonly ware: string
  readonly path: string
  /** Warehouse addresses, asked in this order. */
  readonly from: readonly string[]
  /** Unpack filters besides the lossless ones. */
  readonly filters?: FilterWords
  readonly strictDigest?: string
}

export interface Placeholder {
  readonly path: string
  readonly kind: 'directory' | 'file'
}
