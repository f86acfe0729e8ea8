// What a commit's tree reaches, as records: depth first, directories before what is in them.

import type { Entry, EntrySink, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import type { LimitCheck } from '../ware/limit-check.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import {
  checkObjectHash,
  readStructure,
  startObjectHash,
  type ObjectId,
  type ObjectStore,
  type StoredObject,
} from './git-object.ts'
import { readTree, type TreeItem } from './read-tree.ts'

export interface TreeEmission {
  readonly store: ObjectStore
  readonly sink: EntrySink
  /** Shared by a commit and its submodules. */
  readonly check: LimitCheck
  readonly breathe: () => Promise<void>
  /** Takes care of what is inside; its directory is there already. */
  readonly submodule: (place: { path: RawText; id: ObjectId }) => Promise<void>
}

/** 2010-01-01, as for everything else without a time of its own. */
const timeless = 1262304000

/** @param base of the commit: `.`, or where a submodule lies; its directory is there already */
export async function emitTree(
  tree: ObjectId,
  base: RawText,
  emission: TreeEmission,
): Promise<void> {
  const waiting: (TreeItem & { readonly path: RawText })[] = []
  const open = (id: ObjectId, path: RawText) => {
    const bytes = readStructure(emission.store, 'tree', id)
    if (bytes === undefined) throw missing(id, path)
    const prefix = path === '.' ? '' : `${path}/`
    const items = readTree(bytes).map((item) => ({ ...item, path: prefix + item.name }))
    // One by one: a tree may hold more than a call takes arguments.
    for (const item of items.reverse()) waiting.push(item)
  }
  open(tree, base)
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { kind, path, id } = item
    await emission.breathe()
    if (kind === 'directory' || kind === 'submodule') {
      emit(directoryEntry(path), emission)
      if (kind === 'directory') open(id, path)
      else await emission.submodule({ path, id })
    } else await emitBlob(item, emission)
  }
}

export function rootEntry(): Entry {
  return { ...directoryEntry('.'), uid: 0, gid: 0 }
}

function directoryEntry(path: RawText): Entry {
  const owner = { uid: 1000, gid: 1000 }
  const common = { seconds: timeless, nanoseconds: 0, size: 0, target: '' }
  return { path, kind: 'directory', mode: 0o755, ...owner, ...common }
}

function emit(entry: Entry, { check, sink }: TreeEmission): void {
  check.entry(entry, entry.size)
  sink.entry(entry)
}

async function emitBlob(
  { kind, path, id }: TreeItem & { readonly path: RawText },
  emission: TreeEmission,
): Promise<void> {
  const blob = emission.store.read(id)
  if (blob?.kind !== 'blob') throw missing(id, path)
  if (kind === 'symlink') {
    const target = readTarget(blob, path, id)
    emit({ ...directoryEntry(path), kind: 'symlink', mode: 0o777, target }, emission)
    return
  }
  const mode = kind === 'program' ? 0o755 : 0o644
  emit({ ...directoryEntry(path), kind: 'file', mode, size: blob.size }, emission)
  const hash = startObjectHash('blob', blob.size)
  const { sink, breathe } = emission
  for await (const piece of piecesOf(blob)) {
    hash.update(piece)
    sink.content(piece)
    await sink.pause?.()
    await breathe()
  }
  checkObjectHash(hash, id)
  sink.endFile()
}

function readTarget(blob: StoredObject, path: RawText, id: ObjectId): RawText {
  if (!('bytes' in blob)) throw corruptWare(`the symlink ${quoteRaw(path)} has no end`)
  checkObjectHash(startObjectHash('blob', blob.size).update(blob.bytes), id)
  const target = rawTextOf(blob.bytes)
  if (target !== '' && !target.includes('\0')) return target
  throw corruptWare(`the symlink ${quoteRaw(path)} leads to no possible path`)
}

const pieceSize = 1024 ** 2

async function* piecesOf(blob: StoredObject): AsyncGenerator<Uint8Array> {
  if ('pieces' in blob) {
    yield* blob.pieces()
    return
  }
  for (let at = 0; at < blob.size; at += pieceSize) {
    yield blob.bytes.subarray(at, at + pieceSize)
  }
}

function missing(id: ObjectId, path: RawText) {
  return corruptWare(`the repository does not give the object ${id} of ${quoteRaw(path)}`)
}
