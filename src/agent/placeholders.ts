// Targets of mounts that runtime, kubelet and user put into a root (rootfs.md §3.5). They are made
// beforehand, since under a read-only mount the runtime could not, and remembered, so that they are
// not packed into outputs.

import type { RootOrder } from '../mutate/fetch-plan.ts'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isMounted } from './compare-mounts.ts'
import { findInTree } from './find-in-tree.ts'
import { makeDirectoryIn, makeFileIn, type Making } from './root-tree.ts'

/** What runtime and kubelet mount into every container. */
export const usualTargets = [
  { path: 'etc/hosts', kind: 'file' },
  { path: 'etc/hostname', kind: 'file' },
  { path: 'etc/resolv.conf', kind: 'file' },
  { path: 'var/run/secrets/kubernetes.io/serviceaccount', kind: 'directory' },
] as const

export function makePlaceholders(
  making: Making,
  order: RootOrder,
  warn: (message: string) => void,
): void {
  const theirs = order.placeholders.map(({ path, kind }) => ({
    path: rawTextFromUtf8(path.slice(1)),
    kind,
  }))
  for (const { path, kind } of [...usualTargets, ...theirs]) {
    const resolved = findInTree(making.tree, path)
    if (resolved.kind === 'found') {
      if (resolved.stats.isDirectory() !== (kind === 'directory')) {
        warn(
          `${quoteRaw(path)} is mounted as a ${kind}, which ${quoteRaw(resolved.path)} in the root is not: the container may not start`,
        )
      }
      continue
    }
    if (resolved.kind !== 'missing') {
      warn(
        `no place can be made for the mount at ${quoteRaw(path)}: ${resolved.kind === 'loop' ? 'its links go in a circle' : 'something else is in its way'}`,
      )
      continue
    }
    // Where no volume of ours is, the runtime makes the target in the container's own layer.
    if (!isMounted(resolved.path, order.mounts)) continue
    if (kind === 'directory') makeDirectoryIn(making, resolved.path)
    else makeFileIn(making, resolved.path, { content: '', mode: 0o644 })
  }
}

/** Those of `paths` that lie in the tree as the wares have it: they are no leftovers of a runtime. */
export function presentOf(tree: string, paths: readonly RawText[]): RawText[] {
  return paths.filter((path) => {
    // Not a plain lstat: a link half-way would lead it out of the tree.
    const found = findInTree(tree, path)
    return found.kind === 'found' && found.path === path
  })
}
