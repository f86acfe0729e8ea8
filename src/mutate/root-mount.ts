// The mount of one top-level entry of a root (rootfs.md §2).

import type { JsonObject } from '../json.ts'
import { rootVolumeName } from './pod-names.ts'

/** The directory inside a volume that holds the tree; stamp and temporary trees lie beside it. */
const treeDirectory = 'root'

export function rootMount(root: number, entry: string, readOnly: boolean): JsonObject {
  const mount = {
    name: rootVolumeName(root),
    mountPath: `/${entry}`,
    subPath: `${treeDirectory}/${entry}`,
  }
  return readOnly ? { ...mount, readOnly } : mount
}
