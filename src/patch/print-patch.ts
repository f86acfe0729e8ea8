// A patch as JSON text, fast: operations that come with a formula are printed once, not per pod.

import type { PatchOperation } from './operation.ts'

/** Keeps the text of frozen operations for as long as they live; others are printed each time. */
export type PatchPrinter = (patch: readonly PatchOperation[]) => string

export function createPatchPrinter(): PatchPrinter {
  const texts = new WeakMap<PatchOperation, string>()

  function print(operation: PatchOperation): string {
    if (!Object.isFrozen(operation)) return JSON.stringify(operation)
    const known = texts.get(operation)
    if (known !== undefined) return known
    const text = JSON.stringify(operation)
    texts.set(operation, text)
    return text
  }

  return (patch) => `[${patch.map(print).join(',')}]`
}
