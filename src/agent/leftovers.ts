// Which entries of a root are nobody's output: placeholders of ours that stayed as they were, and what
// runtimes leave behind as targets of their mounts (rootfs.md §5.3).

import type { DirectoryHandles } from '../fileset/directory-handles.ts'
import { readDirectory } from '../fileset/read-directory.ts'
import type { EntryKind, RawText } from '../ware/entry.ts'
import { lstatWith } from './find-in-tree.ts'
import type { PlaceholderRecord } from './placeholder-record.ts'

/** Only without content, and only when the wares have not brought them. */
export const runtimeLeftovers: readonly RawText[] = [
  ...['etc/hosts', 'etc/hostname', 'etc/resolv.conf'],
  ...[
    'run/secrets',
    'run/secrets/kubernetes.io',
    'run/secrets/kubernetes.io/serviceaccount',
  ],
  ...[
    'var/run/secrets',
    'var/run/secrets/kubernetes.io',
    'var/run/secrets/kubernetes.io/serviceaccount',
  ],
  ...['dev', 'proc', 'sys'],
]

/** Paths are those of the tree, not of an output inside it. */
export function findLeftovers(
  handles: DirectoryHandles,
  record: PlaceholderRecord,
): (path: RawText, kind: EntryKind) => boolean {
  const brought = new Set(record.brought)
  const bytesOf = new Map<RawText, number>([
    ...runtimeLeftovers
      .filter((path) => !brought.has(path))
      .map((path) => [path, 0] as const),
    ...record.made.map(({ path, bytes }) => [path, bytes] as const),
  ])

  function isLeftover(path: RawText, kind: EntryKind): boolean {
    const bytes = bytesOf.get(path)
    if (bytes === undefined) return false
    if (kind === 'directory') return holdsLeftoversOnly(path)
    return kind === 'file' && lstatWith(handles, path)?.size === bytes
  }

  /** Ends at the first entry that is somebody's. */
  function holdsLeftoversOnly(directory: RawText): boolean {
    return readDirectory(handles.open(directory)).every(({ name }) => {
      const path = `${directory}/${name}`
      const stats = lstatWith(handles, path)
      if (stats?.isDirectory() === true) return isLeftover(path, 'directory')
      return stats?.isFile() === true && isLeftover(path, 'file')
    })
  }

  return isLeftover
}
