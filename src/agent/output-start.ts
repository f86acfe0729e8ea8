// Where the walk through an output begins: in a directory that is held open, since a program that has
// found a link put in the place of one above it could lead the sidecar out of the root.

import type { DirectoryHandles } from '../fileset/directory-handles.ts'
import type { WalkStart } from '../fileset/walk-steps.ts'
import { baseName, parentPath } from '../ware/entry-path.ts'
import type { Found } from './find-in-tree.ts'

/** Good until `handles` open others. What was swapped for a link meanwhile is an error of the system. */
export function startOfOutput(
  handles: DirectoryHandles,
  { path, stats }: Extract<Found, { kind: 'found' }>,
): WalkStart {
  return stats.isDirectory()
    ? { directory: handles.open(path), name: '.', path }
    : { directory: handles.open(parentPath(path)), name: baseName(path), path }
}
