// Hardlinks become files of their own: a few bytes of a layer can name the same content any number of
// times, which no check of the layers sees.

import { createInflationCheck } from '../../archive/inflation-check.ts'
import { aboveLimit } from '../../ware/limit-check.ts'
import type { UnpackLimits } from '../../ware/unpack-limits.ts'
import type { Directory } from './layer-tree.ts'

export interface Totals {
  /** Bytes of all layers as they came. */
  readonly taken: number
  /** Bytes of all contents in them. */
  readonly held: number
}

/** @throws R2k8sError ware-corrupt when all files together are above a limit */
export function checkTotal(
  root: Directory,
  { taken, held }: Totals,
  limits: UnpackLimits,
): void {
  const total = fileBytes(root)
  if (total > limits.bytes) {
    throw aboveLimit(`its files have more than ${limits.bytes} bytes`, 'bytes')
  }
  // Nothing but hardlinks can make it more than the layers hold, which are checked by themselves.
  if (total > held) createInflationCheck(limits, () => taken).add(total - held)
}

function fileBytes({ children }: Directory): number {
  let bytes = 0
  for (const child of children.values()) {
    if (child.kind === 'directory') bytes += fileBytes(child)
    else if (child.entry.kind === 'file') bytes += child.entry.size
  }
  return bytes
}
