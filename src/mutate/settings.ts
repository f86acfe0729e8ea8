// The settings of a cluster's administrator: one ConfigMap `r2k8s-settings`, or `--settings FILE`.

import type { Policy } from '../formula/formula.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

export type Ownership = 'auto' | 'keep' | 'flatten'

export interface Settings {
  /** Image of the fetcher. */
  readonly agentImage: string
  /** Image that rewritten containers run on. Must hold no top-level directories of its own. */
  readonly baseImage: string
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  /** Whose the files of a root are: as in the ware, or all the container's user. */
  readonly ownership: Ownership
  /** Policies that a formula may ask for. */
  readonly allowedPolicies: readonly Policy[]
  /** Directories of the node below which a formula's mounts may lie. */
  readonly allowedHostPaths: readonly string[]
  /** Whether set-user-ID and set-group-ID bits of a ware survive unpacking. */
  readonly allowSetid: boolean
  /** Warehouse addresses asked after the formula's own, for every ware. */
  readonly warehouses: readonly string[]
  readonly fetchResources: FetchResources
  /** How much a ware may hold, where that differs from `defaultUnpackLimits`. */
  readonly limits?: Partial<UnpackLimits>
}

export interface FetchResources {
  readonly requests: ResourceList
  readonly limits: ResourceList
}

/** Quantities as Kubernetes writes them. */
export interface ResourceList {
  readonly cpu: string
  readonly memory: string
}

/**
 * `localhost/…` names an image that no registry serves: until an administrator names one of
 * their own, a node that lacks it fails instead of asking a stranger for it.
 */
export function defaultSettings(version: string): Settings {
  return {
    agentImage: `localhost/r2k8s:${version}`,
    baseImage: 'registry.k8s.io/pause:3.10.1',
    imagePullPolicy: 'IfNotPresent',
    ownership: 'auto',
    allowedPolicies: ['routine', 'governor'],
    allowedHostPaths: [],
    allowSetid: false,
    warehouses: [],
    fetchResources: {
      requests: { cpu: '100m', memory: '64Mi' },
      limits: { cpu: '2', memory: '256Mi' },
    },
  }
}
