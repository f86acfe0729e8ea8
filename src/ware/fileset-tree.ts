// The records of one fileset as a tree, in whatever order they come: infers what is missing and
// refuses what cannot stand together (wares.md §5.2).

import type { Entry, EntryKind, RawText } from './entry.ts'
import { baseName, parentPath, quoteRaw } from './entry-path.ts'
import { aboveLimit } from './limit-check.ts'
import { corruptWare, inoperablePath } from './ware-problems.ts'

/** A record without children; its nodes are what the hasher makes of it. */
export interface Leaf<Nodes> {
  readonly kind: Exclude<EntryKind, 'directory'>
  nodes: Nodes | undefined
}

export interface Directory<Nodes> {
  readonly kind: 'directory'
  readonly path: RawText
  /** `undefined`: inferred. */
  entry: Entry | undefined
  readonly children: Map<RawText, Leaf<Nodes> | Directory<Nodes>>
}

export interface FilesetTree<Nodes> {
  /** A directory record: replaces what was inferred or said before. */
  readonly addDirectory: (entry: Entry) => void
  /** To be called when the record comes: its nodes may follow later, once its content is read. */
  readonly addLeaf: (entry: Entry) => { nodes: Nodes | undefined }
  /** @throws R2k8sError ware-corrupt without any record */
  readonly root: () => Leaf<Nodes> | Directory<Nodes>
}

export interface TreeOptions {
  /** Legacy readers refuse a directory that was said or even inferred before. */
  readonly refuseRepeated: boolean
  /** Records, inferred ones included. */
  readonly maxEntries: number
}

export function createFilesetTree<Nodes>(options: TreeOptions): FilesetTree<Nodes> {
  const directories = new Map<RawText, Directory<Nodes>>()
  let rootLeaf: Leaf<Nodes> | undefined
  let count = 0
  /** Of the record before: most records lie beside that one. */
  let lastParent: Directory<Nodes> | undefined

  function addDirectory(entry: Entry): void {
    const { path } = entry
    const known = directories.get(path)
    if (known !== undefined && options.refuseRepeated) throw repeated(path)
    const directory = known ?? openDirectory(path)
    directory.entry = entry
  }

  function addLeaf({ path, kind }: Entry): Leaf<Nodes> {
    if (kind === 'directory') throw new Error('a directory is no leaf')
    const leaf: Leaf<Nodes> = { kind, nodes: undefined }
    countOne()
    if (path === '.') {
      if (rootLeaf !== undefined) throw repeated(path)
      if (directories.size > 0) throw clash(path, kind, 'directory')
      rootLeaf = leaf
      return leaf
    }
    const siblings = directoryOf(path).children
    const name = baseName(path)
    const known = siblings.get(name)
    if (known !== undefined) {
      throw known.kind === 'directory' ? clash(path, kind, 'directory') : repeated(path)
    }
    siblings.set(name, leaf)
    return leaf
  }

  function openDirectory(path: RawText): Directory<Nodes> {
    const known = directories.get(path)
    if (known !== undefined) return known
    const made: Directory<Nodes> = {
      kind: 'directory',
      path,
      entry: undefined,
      children: new Map(),
    }
    if (path === '.') {
      if (rootLeaf !== undefined) throw clash(path, 'directory', rootLeaf.kind)
    } else {
      const siblings = directoryOf(path).children
      const name = baseName(path)
      const other = siblings.get(name)
      if (other !== undefined) throw clash(path, 'directory', other.kind)
      siblings.set(name, made)
    }
    countOne()
    directories.set(path, made)
    return made
  }

  function directoryOf(path: RawText): Directory<Nodes> {
    const parent = parentPath(path)
    if (lastParent?.path !== parent) lastParent = openDirectory(parent)
    return lastParent
  }

  function countOne(): void {
    if (++count <= options.maxEntries) return
    const why = `it has more than ${options.maxEntries} entries, directories included`
    throw aboveLimit(why, 'entries')
  }

  function root(): Leaf<Nodes> | Directory<Nodes> {
    const found = rootLeaf ?? directories.get('.')
    if (found === undefined) throw corruptWare('the archive has no entries')
    return found
  }

  return { addDirectory, addLeaf, root }
}

function repeated(path: RawText): Error {
  return corruptWare(`${quoteRaw(path)} is there twice`)
}

/** Two kinds on one path; a child below something else makes that a directory, too. */
function clash(path: RawText, one: EntryKind, other: EntryKind): Error {
  return inoperablePath(
    `${quoteRaw(path)} is both a ${wordOf(one)} and a ${wordOf(other)}`,
  )
}

function wordOf(kind: EntryKind): string {
  return kind.replace('-', ' ')
}
