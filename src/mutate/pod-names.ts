// Names for what is added to a pod, unique in it also when an earlier round has added some.

import { memberArray, memberString, type JsonObject } from '../json.ts'

export interface PodNames {
  /** First number from which on no `r2k8s-root-<n>` is taken. */
  readonly firstRoot: number
  /** `base`, or `base-2`, `base-3`, … when it is taken. */
  readonly freeVolume: (base: string) => string
  readonly freeContainer: (base: string) => string
}

/** Of every name that is added. */
const prefix = 'r2k8s-'

const rootVolume = /^r2k8s-root-(\d{1,6})$/

export const rootVolumeName = (root: number): string => `r2k8s-root-${root}`

export function podNames(podSpec: JsonObject): PodNames {
  const volumes = ourNames(podSpec, ['volumes'])
  const containers = ourNames(podSpec, [
    'initContainers',
    'containers',
    'ephemeralContainers',
  ])
  const taken = [...volumes].map((name) => Number(rootVolume.exec(name)?.[1] ?? -1))
  return {
    firstRoot: Math.max(-1, ...taken) + 1,
    freeVolume: (base) => freeName(base, volumes),
    freeContainer: (base) => freeName(base, containers),
  }
}

/** Those that could be in the way of ours: of hundreds of volumes mostly none. */
function ourNames(podSpec: JsonObject, lists: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const list of lists) {
    for (const item of memberArray(podSpec, list)) {
      const name = memberString(item, 'name')
      if (name?.startsWith(prefix) === true) names.add(name)
    }
  }
  return names
}

function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base
  let number = 2
  while (taken.has(`${base}-${number}`)) number++
  return `${base}-${number}`
}
