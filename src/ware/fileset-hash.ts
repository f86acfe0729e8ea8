// The hash of a fileset (wares.md §3 and §4), over records in any order.

import { Buffer } from 'node:buffer'
import { encodeBase58 } from './base58.ts'
import type { Entry, EntryKind, RawText } from './entry.ts'
import { baseName } from './entry-path.ts'
import type { Directory, Leaf } from './fileset-tree.ts'
import {
  cborHead,
  encodeLegacyMetadata,
  encodeMetadata,
  type EncodeMetadata,
} from './metadata-bytes.ts'
import { sha384OfRaw, type Digest } from './sha384.ts'

/** How one hash is made: which records it covers, and how it writes them. */
export interface HashRecipe {
  readonly encode: EncodeMetadata
  readonly covers: (kind: EntryKind) => boolean
  /** Unix seconds of directories that the archive does not mention. */
  readonly inferredSeconds: number
}

export const recipes = {
  /** Leaves symlinks, fifos and devices out. */
  timeless: {
    encode: encodeMetadata,
    covers: (kind) => kind === 'file' || kind === 'directory',
    inferredSeconds: 1262304000,
  },
  /** The same over everything: docs/strict-digest.md. */
  strict: { encode: encodeStrictly, covers: () => true, inferredSeconds: 1262304000 },
  legacy: { encode: encodeLegacyMetadata, covers: () => true, inferredSeconds: 0 },
} as const satisfies Readonly<Record<string, HashRecipe>>

/** Systems give symlinks a mode of their own, which means nothing: docs/strict-digest.md. */
function encodeStrictly(entry: Entry, name: RawText): RawText {
  const isLink = entry.kind === 'symlink'
  return encodeMetadata(isLink ? { ...entry, mode: 0o777 } : entry, name)
}

export function inferredDirectory(path: RawText, seconds: number): Entry {
  return {
    path,
    kind: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    seconds,
    nanoseconds: 0,
    size: 0,
    target: '',
  }
}

const mapOfTwo = cborHead(5, 2)
const keyMetadata = `${cborHead(3, 1)}m`
const keyHash = `${cborHead(3, 1)}h`
const keyList = `${cborHead(3, 1)}l`
const digestHead = cborHead(2, 48)
const noBytes = cborHead(2, 0)
const openList = '\x9f'
const closeList = '\xff'

/** @param content digest of the content; `undefined` for what has none */
export function leafNode(
  recipe: HashRecipe,
  entry: Entry,
  content: Digest | undefined,
): Digest {
  const metadata = recipe.encode(entry, baseName(entry.path))
  const hashed = content === undefined ? noBytes : digestHead + content
  return sha384OfRaw(mapOfTwo + keyMetadata + metadata + keyHash + hashed)
}

/** @param children their nodes, in order */
export function directoryNode(
  recipe: HashRecipe,
  entry: Entry,
  children: readonly Digest[],
): Digest {
  const metadata = recipe.encode(entry, baseName(entry.path))
  const list = children.length === 0 ? '' : digestHead + children.join(digestHead)
  const front = mapOfTwo + keyMetadata + metadata + keyList + openList
  return sha384OfRaw(front + list + closeList)
}

/**
 * Bytewise by full path, directories with a slash behind it: among siblings that is by name, those
 * of directories with the slash.
 */
export function sortedChildren<Nodes>(
  directory: Directory<Nodes>,
): (Leaf<Nodes> | Directory<Nodes>)[] {
  const keyed = [...directory.children].map(
    ([name, child]) => [child.kind === 'directory' ? `${name}/` : name, child] as const,
  )
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return keyed.map(([, child]) => child)
}

export function printTimeless(digest: Digest): string {
  return encodeBase58(Buffer.from(digest, 'latin1'))
}

export function printLegacy(digest: Digest): string {
  return Buffer.from(digest, 'latin1').toString('base64url')
}
