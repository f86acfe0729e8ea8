// Objects of git, and the name that their bytes give them.

import { createHash, type Hash } from 'node:crypto'
import { corruptWare } from '../ware/ware-problems.ts'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'

/** 40 hex digits in lower case. */
export type ObjectId = string

/** The bytes are to be read once, before anything else is asked of the store. */
export type StoredObject = {
  readonly kind: ObjectKind
  readonly size: number
} & (
  | { readonly bytes: Uint8Array }
  | { readonly pieces: () => AsyncIterable<Uint8Array> }
)

export interface ObjectStore {
  /** Not yet compared with its name. Undefined when it is not there. */
  readonly read: (id: ObjectId) => StoredObject | undefined
  readonly close: () => void
}

export function startObjectHash(kind: ObjectKind, size: number): Hash {
  return createHash('sha1').update(`${kind} ${size}\0`)
}

/** @throws R2k8sError ware-corrupt unless the bytes have this name */
export function checkObjectHash(hash: Hash, id: ObjectId): void {
  if (hash.digest('hex') === id) return
  throw corruptWare(`the object ${id} has other bytes than its name says`)
}

/** Commits and trees are read into memory; a tree of more has half a million names. */
const largestStructure = 32 * 1024 ** 2
/** Above it no blob is held in memory that can be streamed. */
const smallBlob = 4 * 1024 ** 2

export function isForMemory(kind: ObjectKind, size: number): boolean {
  return size <= (kind === 'blob' ? smallBlob : largestStructure)
}

/** A commit or tree, whole and checked; undefined when the store lacks it or it is of another kind. */
export function readStructure(
  store: ObjectStore,
  kind: 'commit' | 'tree',
  id: ObjectId,
): Uint8Array | undefined {
  const found = store.read(id)
  if (found?.kind !== kind) return undefined
  if (!('bytes' in found)) {
    throw corruptWare(`the ${kind} ${id} has ${found.size} bytes`)
  }
  checkObjectHash(startObjectHash(kind, found.size).update(found.bytes), id)
  return found.bytes
}
