// Top level of a tree ↔ names that the container mounts (rootfs.md §3.6): what is not mounted would be
// missed at run time, far from the cause.

import { R2k8sError } from '../errors.ts'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { displayText, rawTextFromUtf8 } from '../ware/raw-text.ts'
import { listIn, lstatIn, makeDirectoryIn, type Making } from './root-tree.ts'

/** The runtime mounts its own there; what a ware holds in them is ignored. */
const runtimesOwn: readonly RawText[] = ['dev', 'proc', 'sys']

/** @throws R2k8sError inoperable-path naming every entry that is not mounted */
export function compareWithMounts(tree: string, mounts: readonly string[]): void {
  const mounted = new Set([...mounts.map(rawTextFromUtf8), ...runtimesOwn])
  const missed = listIn(tree, '.').filter((name) => !mounted.has(name))
  if (missed.length === 0) return
  const names = missed.slice(0, 20).map(quoteRaw).join(', ')
  const more = missed.length > 20 ? ` and ${missed.length - 20} more` : ''
  const verb = missed.length === 1 ? 'is' : 'are'
  throw new R2k8sError([
    {
      code: 'inoperable-path',
      task: 'prepare the root',
      why: `at its top ${verb} ${names}${more}, which the container does not mount`,
      hints: [
        `annotate the pod with r2k8s.io/extra-paths: ${JSON.stringify(missed.slice(0, 20).map(displayText).join(' '))}, or rewrite it with an index of the ware`,
      ],
    },
  ])
}

/**
 * What is mounted and in no ware, such as `/out`, is an empty directory of whoever runs, as if the program
 * had made it. Otherwise the kubelet would make one that all may write to, and outputs would have that mode.
 */
export function makeMounted(making: Making, mounts: readonly string[]): void {
  for (const name of mounts.map(rawTextFromUtf8)) {
    if (runtimesOwn.includes(name) || lstatIn(making.tree, name) !== undefined) continue
    makeDirectoryIn(making, name)
  }
}

/** Whether a path of the tree can be seen in the container at all. */
export function isMounted(path: RawText, mounts: readonly string[]): boolean {
  const [top = ''] = path.split('/')
  return mounts.some((name) => rawTextFromUtf8(name) === top)
}
