// Top-level links of a root (rootfs.md §3.3, §3.4). The kubelet resolves them on the node, where an
// absolute one, met at the start or half-way, leads to the node's own directories.

import { R2k8sError } from '../errors.ts'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { removeLink, replaceLink, topLevel } from '../fileset/tree-editor.ts'
import { findInTree } from './find-in-tree.ts'
import { keepingTimes, readLinkIn } from './root-tree.ts'

/**
 * Makes each a relative link to what it leads to in the end. One that leads nowhere is removed: where
 * the kubelet meets a dangling link, the container does not start.
 * @throws R2k8sError inoperable-path for a link that leaves the tree
 */
export function straightenTopLevelLinks(
  tree: string,
  warn: (message: string) => void,
): void {
  // All are resolved before the first is changed: links go through each other.
  const links = topLevel(tree)
    .filter(({ kind }) => kind === 'symlink')
    .map(({ name, target = '' }) => ({ name, target, end: endOf(tree, name) }))
  keepingTimes(tree, '.', () => {
    for (const { name, target, end } of links) {
      if (end === undefined) {
        removeLink(tree, name)
        warn(
          `the top-level link ${quoteRaw(name)} leads to ${quoteRaw(target)}, where nothing is: it was removed`,
        )
      } else if (end !== target) replaceLink(tree, name, end)
    }
  })
}

/** Relative to the top of the tree; `undefined` when nothing is there. */
function endOf(tree: string, name: RawText): RawText | undefined {
  const resolved = findInTree(tree, name)
  switch (resolved.kind) {
    case 'found':
      return resolved.path
    case 'missing':
    case 'loop':
    case 'blocked':
      return undefined
    case 'outside':
      throw leavesTree(name, readLinkIn(tree, resolved.link), resolved.link)
  }
}

function leavesTree(name: RawText, target: RawText, link: RawText): R2k8sError {
  const through = link === name ? '' : ` through ${quoteRaw(link)}`
  return new R2k8sError([
    {
      code: 'inoperable-path',
      task: 'prepare the root',
      why: `its top-level link ${quoteRaw(name)} leaves the tree${through}: it leads to ${quoteRaw(target)}`,
      hints: ['pack the ware again with links that stay inside it'],
    },
  ])
}
