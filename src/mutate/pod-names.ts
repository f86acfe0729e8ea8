// Names for what is added to a pod, unique in it also when an earlier round has added some.

import { memberArray, memberString, type JsonObject } from '../json.ts'

export interface PodNames {
  /** First number from which on no `r2k8s-root-<n>` is taken. */
  readonly firstRoot: number
  /** `base`, or `base-2`, `base-3`, … when it is taken. */
  readonly freeVolume: (base: string) => string
  readonly freeContainer: (base: string) => string
}

const rootVolume = /^r2k8s-root-(\d{1,6})$/

export const rootVolumeName = (root: number): string => `r2k8s-root-${root}`

export function podNames(podSpec: JsonObject): PodNames {
  const volumes = namesIn(podSpec, 'volumes')
  const containers = new Set(
    ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => [
      ...namesIn(podSpec, list),
    ]),
  )
  const taken = [...volumes].map((name) => Number(rootVolume.exec(name)?.[1] ?? -1))
  return {
    firstRoot: Math.max(-1, ...taken) + 1,
    freeVolume: (base) => freeName(base, volumes),
    freeContainer: (base) => freeName(base, containers),
  }
}

function namesIn(podSpec: JsonObject, list: string): ReadonlySet<string> {
  return new Set(
    memberArray(podSpec, list).flatMap((item) => memberString(item, 'name') ?? []),
  )
}

function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base
  let number = 2
  while (taken.has(`${base}-${number}`)) number++
  return `${base}-${number}`
}
