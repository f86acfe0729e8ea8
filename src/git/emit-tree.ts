// The files of one commit as records (wares.md §8.4).

import type { Entry, EntrySink, RawText } from '../ware/entry.ts'
import { cleanEntryPath, quoteRaw } from '../ware/entry-path.ts'
import { aboveLimit, type LimitCheck } from '../ware/limit-check.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { piecesOf, type Content } from './content.ts'
import { readObject, type ObjectStore } from './object-store.ts'
import { readTree, type TreeEntry } from './read-tree.ts'
import { throwIfCancelled } from './refusal.ts'

export interface TreeTarget {
  readonly sink: EntrySink
  readonly limits: UnpackLimits
  readonly check: LimitCheck
  readonly signal?: AbortSignal
}

export interface EmittedTree {
  /** Their directories have been emitted, empty. */
  readonly submodules: readonly { readonly path: RawText; readonly commit: string }[]
  /** The blob `.gitmodules` of the top level. */
  readonly modulesFile: string | undefined
}

/** 2010-01-01: what rio gives everything that has no time of its own. */
const seconds = 1262304000

export function emitRoot({ sink, check }: TreeTarget): void {
  const root = { ...recordOf('.', 'directory'), uid: 0, gid: 0 }
  check.entry(root, 0)
  sink.entry(root)
}

/** Nobody needs more levels; those of a bomb would all be in memory. */
const mostLevels = 1024
/** Of the trees on the way to the current file. */
const mostTreeBytes = 32 * 1024 * 1024
export const mostSubmodules = 1000

/** @param base where the tree belongs, `.` or the path of a submodule; not emitted itself */
export async function emitTree(
  store: ObjectStore,
  { id, base }: { readonly id: string; readonly base: RawText },
  target: TreeTarget,
): Promise<EmittedTree> {
  const submodules: { path: RawText; commit: string }[] = []
  let modulesFile: string | undefined
  const levels = [await openLevel(store, id, { path: base, bytes: 0, depth: 1 })]
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    throwIfCancelled(target.signal)
    const next = level.entries.next()
    if (next.done === true) {
      levels.pop()
      continue
    }
    const entry = next.value
    const path = level.path === '.' ? entry.name : `${level.path}/${entry.name}`
    // What rio cannot unpack is no ware, whatever it was packed as.
    cleanEntryPath(path)
    if (levels.length === 1 && entry.name === '.gitmodules') modulesFile = readName(entry)
    if (entry.kind === 'directory') {
      emitRecord(recordOf(path, 'directory'), target)
      levels.push(
        await openLevel(store, entry.id, {
          path,
          bytes: level.bytes,
          depth: levels.length + 1,
        }),
      )
    } else if (entry.kind === 'submodule') {
      emitRecord(recordOf(path, 'directory'), target)
      submodules.push({ path, commit: entry.id })
      if (submodules.length > mostSubmodules) {
        throw corruptWare(`the commit has more than ${mostSubmodules} submodules`)
      }
    } else await emitBlob(store, { path, entry }, target)
  }
  return { submodules, modulesFile }
}

/** Undefined where a link stands: it could lead to what is no part of the commit. */
function readName(entry: TreeEntry): string | undefined {
  return entry.kind === 'file' || entry.kind === 'program' ? entry.id : undefined
}

interface Level {
  readonly path: RawText
  readonly entries: Generator<TreeEntry>
  /** Of this tree and those it lies in. */
  readonly bytes: number
}

async function openLevel(
  store: ObjectStore,
  id: string,
  above: { readonly path: RawText; readonly bytes: number; readonly depth: number },
): Promise<Level> {
  if (above.depth > mostLevels) {
    throw corruptWare(`directories of the commit lie more than ${mostLevels} levels deep`)
  }
  const tree = await readObject(store, id, 'tree')
  const bytes = above.bytes + tree.size
  if (bytes > mostTreeBytes) {
    throw corruptWare(`the directory ${quoteRaw(above.path)} of the commit is too big`)
  }
  const copy = Buffer.from(tree.read(0, tree.size))
  return { path: above.path, entries: readTree(copy), bytes }
}

async function emitBlob(
  store: ObjectStore,
  { path, entry }: { readonly path: RawText; readonly entry: TreeEntry },
  target: TreeTarget,
): Promise<void> {
  const content = await readObject(store, entry.id, 'blob')
  if (entry.kind === 'symlink') {
    const link = readLink(content, path, target.limits)
    emitRecord({ ...recordOf(path, 'symlink'), target: link }, target)
  } else {
    const mode = entry.kind === 'program' ? 0o755 : 0o644
    emitRecord({ ...recordOf(path, 'file'), mode, size: content.size }, target)
    for (const piece of piecesOf(content)) {
      target.sink.content(piece)
      await target.sink.pause?.()
    }
    target.sink.endFile()
  }
  await target.sink.pause?.()
}

function readLink(content: Content, path: RawText, limits: UnpackLimits): RawText {
  if (content.size > limits.pathBytes) {
    throw aboveLimit(`the link ${quoteRaw(path)} has ${content.size} bytes`, 'path-bytes')
  }
  const link = rawTextOf(content.read(0, content.size))
  if (link !== '' && !link.includes('\0')) return link
  throw corruptWare(`the link ${quoteRaw(path)} leads to what is no path`)
}

function emitRecord(entry: Entry, { sink, check }: TreeTarget): void {
  check.entry(entry, entry.size)
  sink.entry(entry)
}

function recordOf(path: RawText, kind: Entry['kind']): Entry {
  const mode = kind === 'symlink' ? 0o777 : 0o755
  const owner = { uid: 1000, gid: 1000 }
  return { path, kind, mode, ...owner, seconds, nanoseconds: 0, size: 0, target: '' }
}
