// Whether a packing can be compressed as it is asked for; told before anything is read.

import type { WritableCompression } from '../../archive/compress.ts'
import { usageProblem } from './read-filters.ts'

/** `none` has no levels. */
const highestLevels = { gzip: 9, zstd: 19, none: 0 } as const

export interface CompressionChoice {
  readonly compression: WritableCompression
  readonly level?: number
}

/** @throws R2k8sError usage */
export function checkCompression(
  packtype: 'tar' | 'zip',
  { compression, level }: CompressionChoice,
): void {
  const task = 'understand the command line'
  if (packtype === 'zip') {
    // gzip is what holds when nothing is said.
    if (compression === 'gzip' && level === undefined) return
    throw usageProblem(task, 'a zip archive compresses in its own way', [
      'leave out --compression and --level, or pack a tar',
    ])
  }
  if (level === undefined) return
  const highest = highestLevels[compression]
  if (highest === 0) throw usageProblem(task, '--compression none has no --level')
  if (level > highest) {
    throw usageProblem(task, `--level of ${compression} is 1 to ${highest}, not ${level}`)
  }
}
