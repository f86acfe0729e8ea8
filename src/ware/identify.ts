// What a stream of records is: its ware hash, its strict digest, its index. Everything that reads or
// writes wares lets the records pass through here first, so what comes behind sees sane ones only.

import type { Entry, EntrySink } from './entry.ts'
import type { EntryFilter } from './entry-filter.ts'
import {
  directoryNode,
  inferredDirectory,
  leafNode,
  printLegacy,
  printTimeless,
  recipes,
  sortedChildren,
  type HashRecipe,
} from './fileset-hash.ts'
import { createFilesetTree, type Directory, type Leaf } from './fileset-tree.ts'
import { createIndexCollector } from './index-collector.ts'
import { createContentHasher, type Digest } from './sha384.ts'
import { defaultUnpackLimits } from './unpack-limits.ts'
import type { WareIndex } from './ware-index.ts'

export interface IdentifyOptions {
  readonly filter?: EntryFilter
  readonly space?: 'timeless' | 'legacy'
  /** Wanted when present; `program` as a formula names it. */
  readonly index?: { readonly program?: string }
  /** Records, with the directories that are inferred. */
  readonly maxEntries?: number
}

export interface Identified {
  /**
   * Of the records as they came; `-` when the root is neither file nor directory, which makes the
   * blank ware.
   */
  readonly hash: string
  /** Of what the filter makes of them. */
  readonly filteredHash: string
  /** Covers symlinks, devices, fifos, too: docs/strict-digest.md. */
  readonly strictDigest: string
  readonly filteredStrictDigest: string
  /** Its machine is the one that all programs have in common. */
  readonly index?: WareIndex
  /** Of the one program that was asked for. */
  readonly programMachine?: string
}

export interface Identifier extends EntrySink {
  /** @throws R2k8sError ware-corrupt when there was no record */
  readonly finish: () => Identified
}

export function createIdentifier(options: IdentifyOptions = {}): Identifier {
  const books = openBooks(options)
  const tree = createFilesetTree<Nodes>({
    refuseRepeated: options.space === 'legacy',
    maxEntries: options.maxEntries ?? defaultUnpackLimits.entries,
  })
  const collector = options.index === undefined ? undefined : createIndexCollector()
  const hasher = createContentHasher()
  let open: { entry: Entry; leaf: { nodes: Nodes | undefined } } | undefined

  return {
    entry: (entry) => {
      collector?.entry(entry)
      if (entry.kind === 'directory') {
        tree.addDirectory(entry)
        return
      }
      const leaf = tree.addLeaf(entry)
      if (entry.kind === 'file') {
        open = { entry, leaf }
        hasher.begin(entry.size)
      } else leaf.nodes = nodesOf(books, entry, undefined)
    },
    content: (chunk) => {
      collector?.content(chunk)
      hasher.add(chunk)
    },
    endFile: () => {
      if (open === undefined) throw new Error('a file ends that has not begun')
      open.leaf.nodes = nodesOf(books, open.entry, hasher.finish())
      open = undefined
    },
    finish: () => {
      const digests = rootDigests(books, tree.root())
      const [plain, strict, filtered = plain, filteredStrict = strict] = digests
      const print = options.space === 'legacy' ? printLegacy : printTimeless
      const printOr = (digest: Digest | undefined) =>
        digest === undefined ? '-' : print(digest)
      const program = options.index?.program
      const programMachine =
        program === undefined ? undefined : collector?.machineOf(program)
      return {
        ...(programMachine !== undefined && { programMachine }),
        hash: printOr(plain),
        filteredHash: printOr(filtered),
        strictDigest: printStrict(strict),
        filteredStrictDigest: printStrict(filteredStrict),
        ...(collector !== undefined && { index: collector.finish(printStrict(strict)) }),
      }
    },
  }
}

/** One digest per book; `undefined` where the book leaves the record out. */
type Nodes = readonly (Digest | undefined)[]

/** One of the hashes that are made at the same time. */
interface Book {
  readonly recipe: HashRecipe
  readonly filter: EntryFilter | undefined
  /** An earlier book that writes the same node for what both cover. */
  readonly like?: number
}

/** In the order plain, strict, filtered, filtered strict; the last two only when they can differ. */
function openBooks({ filter, space = 'timeless' }: IdentifyOptions): Book[] {
  const like = space === 'timeless'
  const books: Book[] = [
    { recipe: recipes[space], filter: undefined },
    { recipe: recipes.strict, filter: undefined, ...(like && { like: 0 }) },
  ]
  // A filter that alters nothing may still reject.
  if (filter === undefined) return books
  books.push({ recipe: recipes[space], filter, ...(!filter.alters && { like: 0 }) })
  books.push({ recipe: recipes.strict, filter, ...(like && { like: 2 }) })
  return books
}

function nodesOf(
  books: readonly Book[],
  entry: Entry,
  content: Digest | undefined,
): Nodes {
  const nodes: (Digest | undefined)[] = []
  for (const book of books) {
    const { recipe, filter, like } = book
    const filtered = filter === undefined ? entry : filter.apply(entry)
    if (filtered === undefined || !recipe.covers(entry.kind)) nodes.push(undefined)
    else
      nodes.push(
        (like === undefined ? undefined : nodes[like]) ??
          leafNode(recipe, filtered, content),
      )
  }
  return nodes
}

/** Deepest first; a path has at most as many levels as its limit has bytes. */
function directoryNodes(books: readonly Book[], directory: Directory<Nodes>): Nodes {
  const children = sortedChildren(directory).map((child) =>
    child.kind === 'directory' ? directoryNodes(books, child) : nodesOfLeaf(child),
  )
  const nodes: (Digest | undefined)[] = []
  const covered: (readonly Digest[])[] = []
  books.forEach(({ recipe, filter, like }, i) => {
    const own =
      directory.entry ?? inferredDirectory(directory.path, recipe.inferredSeconds)
    const entry = filter === undefined ? own : filter.apply(own)
    const list = children.flatMap((child) => child[i] ?? [])
    covered.push(list)
    const same = like !== undefined && sameList(covered[like] ?? [], list)
    const known = same ? nodes[like] : undefined
    nodes.push(
      known ?? (entry === undefined ? undefined : directoryNode(recipe, entry, list)),
    )
  })
  return nodes
}

function nodesOfLeaf({ nodes }: Leaf<Nodes>): Nodes {
  if (nodes === undefined) throw new Error('a file has not ended')
  return nodes
}

function sameList(one: readonly Digest[], other: readonly Digest[]): boolean {
  return one.length === other.length && one.every((digest, i) => digest === other[i])
}

function rootDigests(
  books: readonly Book[],
  root: Leaf<Nodes> | Directory<Nodes>,
): Nodes {
  return root.kind === 'directory' ? directoryNodes(books, root) : nodesOfLeaf(root)
}

/** `s1:` and base58, so that it is never taken for a ware hash. */
function printStrict(digest: Digest | undefined): string {
  return digest === undefined ? '-' : `s1:${printTimeless(digest)}`
}
