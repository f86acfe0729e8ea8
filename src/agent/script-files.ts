// The parts of a Warpforge script as files, in the form that its interpreter is given (formulas.md §6.2).

import { R2k8sError, quote } from '../errors.ts'
import type { RootOrder } from '../mutate/fetch-plan.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { findInTree } from './find-in-tree.ts'
import { makeDirectoryIn, makeFileIn, type Making } from './root-tree.ts'

/** One shell sources all parts in turn, so that variables last from one to the next. */
export function writeScript(
  making: Making,
  { directory, contents }: NonNullable<RootOrder['script']>,
): void {
  const resolved = findInTree(making.tree, rawTextFromUtf8(directory))
  if (resolved.kind !== 'missing') {
    const why = `the script's own directory ${quote(directory)} is in the wares already`
    throw new R2k8sError([{ code: 'assembly-invalid', task: 'prepare the root', why }])
  }
  makeDirectoryIn(making, resolved.path)
  const run = contents.map((_, i) => `. ${quoteForShell(`${directory}/entry-${i}`)}\n`)
  const files = [
    ...contents.map((content, i) => [`entry-${i}`, `${content}\n`] as const),
    ['run', run.join('')] as const,
  ]
  for (const [name, content] of files) {
    makeFileIn(making, `${resolved.path}/${name}`, { content, mode: 0o644 })
  }
}

/** Plain words stay as Warpforge writes them. */
function quoteForShell(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
