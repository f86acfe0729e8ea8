// SHA-384 over raw texts and over contents that come in chunks.

import { Buffer } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import type { RawText } from './entry.ts'

/** 48 bytes as text. */
export type Digest = RawText

export function sha384OfRaw(preimage: RawText): Digest {
  return hash('sha384', Buffer.from(preimage, 'latin1'), 'binary')
}

export interface ContentHasher {
  /** A file of that many bytes. */
  readonly begin: (size: number) => void
  readonly add: (chunk: Uint8Array) => void
  readonly finish: () => Digest
}

/**
 * Of one file after the other. Most files come in one chunk, and hashing those in one call takes half
 * the time of a hash object.
 */
export function createContentHasher(): ContentHasher {
  let expected = 0
  let whole: Digest | undefined
  let parts: ReturnType<typeof createHash> | undefined
  return {
    begin: (size) => {
      expected = size
      whole = undefined
      parts = undefined
    },
    add: (chunk) => {
      if (parts === undefined && chunk.length === expected) {
        whole = hash('sha384', chunk, 'binary')
      } else (parts ??= createHash('sha384')).update(chunk)
    },
    finish: () => whole ?? parts?.digest('binary') ?? emptyDigest(),
  }
}

function emptyDigest(): Digest {
  return hash('sha384', '', 'binary')
}
