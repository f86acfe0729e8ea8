// The stored bytes of a sparse file → its content with the holes filled.

import type { EntrySink } from '../entry.ts'
import type { SparseMap } from './sparse.ts'

export interface SparseWriter {
  readonly write: (chunk: Uint8Array) => void
  /** Fills the hole at the end. */
  readonly finish: () => void
}

const holeChunk = 256 * 1024

/** Expects a map that `checkSparseMap` has let pass, and as many bytes as it says. */
export function createSparseWriter(
  { size, fragments }: SparseMap,
  sink: EntrySink,
): SparseWriter {
  const zeros = new Uint8Array(Math.min(size, holeChunk))
  let position = 0
  let next = 0
  let left = 0

  function fill(end: number): void {
    while (position < end) {
      const hole = zeros.subarray(0, Math.min(holeChunk, end - position))
      // The sink may have written into it.
      sink.content(hole.fill(0))
      position += hole.length
    }
  }

  return {
    write: (chunk) => {
      let at = 0
      while (at < chunk.length) {
        if (left === 0) {
          const fragment = fragments[next++]
          if (fragment === undefined)
            throw new Error('more bytes than the sparse map has')
          fill(fragment.offset)
          left = fragment.length
        }
        const length = Math.min(left, chunk.length - at)
        sink.content(chunk.subarray(at, at + length))
        at += length
        left -= length
        position += length
      }
    },
    finish: () => {
      fill(size)
    },
  }
}
