// Objects that others are deltas of, kept while there is room.

import type { GitObject } from './content.ts'

export interface ObjectCache {
  readonly get: (offset: number) => GitObject | undefined
  /** May close what was put before, but never this one. */
  readonly put: (offset: number, object: GitObject) => void
  readonly close: () => void
}

const mostBytes = 24 * 1024 * 1024
/** What an object takes besides its bytes: there may be millions without any. */
const bytesPerObject = 2048
/** Those that lie on disk count by their files. */
const mostFiles = 4

export function createObjectCache(): ObjectCache {
  // In the order of their last use.
  const kept = new Map<number, GitObject>()
  let bytes = 0
  let files = 0

  function count(object: GitObject, sign: 1 | -1): void {
    bytes += sign * (object.content.memory + bytesPerObject)
    if (object.content.memory < object.content.size) files += sign
  }

  return {
    get: (offset) => {
      const object = kept.get(offset)
      if (object === undefined) return undefined
      kept.delete(offset)
      kept.set(offset, object)
      return object
    },
    put: (offset, object) => {
      kept.set(offset, object)
      count(object, 1)
      for (const [oldest, old] of kept) {
        if ((bytes <= mostBytes && files <= mostFiles) || old === object) break
        kept.delete(oldest)
        count(old, -1)
        old.content.close()
      }
    },
    close: () => {
      for (const object of kept.values()) object.content.close()
      kept.clear()
    },
  }
}
