// The tree that layers make when they are laid over each other: metadata alone, with the places
// where contents lie (OCI image spec, "layer").

import type { Entry, RawText } from '../../ware/entry.ts'
import { baseName, cleanEntryPath, parentPath, quoteRaw } from '../../ware/entry-path.ts'
import { rawBytesOf, rawTextOf } from '../../ware/raw-text.ts'
import { aboveLimit } from '../../ware/limit-check.ts'
import type { UnpackLimits } from '../../ware/unpack-limits.ts'
import { inoperablePath } from '../../ware/ware-problems.ts'

export interface Leaf {
  readonly kind: 'leaf'
  readonly layer: number
  /** Its `path` is its name alone. */
  readonly entry: Entry
  /** Of the content. */
  readonly offset: number
}

export interface Directory {
  readonly kind: 'directory'
  /** The last one that says something of it. */
  layer: number
  /** `undefined`: inferred. */
  entry: Entry | undefined
  readonly children: Map<RawText, Leaf | Directory>
}

export interface LayerTree {
  readonly root: Directory
  /** What follows lies over all that came before. */
  readonly beginLayer: () => void
  readonly add: (entry: Entry, offset: number) => void
  readonly addHardlink: (path: RawText, target: RawText) => void
  /** @throws R2k8sError inoperable-path for a hardlink to what is not there */
  readonly endLayer: () => void
}

const whiteout = '.wh.'
/** AUFS kept books under such names; only one of them has a meaning in layers. */
const aufsName = '.wh..wh.'
const opaque = '.wh..wh..opq'

export function createLayerTree(limits: UnpackLimits): LayerTree {
  const root: Directory = makeDirectory(0)
  const deepest = limits.pathBytes / 2 + 1
  let layer = 0
  let count = 0
  let waiting: { readonly path: RawText; readonly target: RawText }[] = []

  function add(found: Entry, offset: number): void {
    countOne()
    const { path } = found
    if (path === '.') {
      addRoot(found)
      return
    }
    const name = freeText(baseName(path))
    if (isAufsPath(path)) {
      if (name === opaque) removeLowerChildren(descend(parentPath(path), false), layer)
      return
    }
    if (name.startsWith(whiteout)) {
      removeLower(descend(parentPath(path), false), hiddenName(path), layer)
      return
    }
    const { children } = makeParent(path)
    const entry = { ...found, path: name, target: freeText(found.target) }
    const known = children.get(name)
    if (entry.kind !== 'directory') {
      children.set(name, { kind: 'leaf', layer, entry, offset })
    } else if (known?.kind === 'directory') {
      known.entry = entry
      known.layer = layer
    } else children.set(name, { ...makeDirectory(layer), entry })
  }

  function addRoot(entry: Entry): void {
    if (entry.kind !== 'directory') {
      throw inoperablePath(`the root of a layer is a ${entry.kind}`)
    }
    root.entry = entry
    root.layer = layer
  }

  function addHardlink(path: RawText, target: RawText): void {
    countOne()
    if (isAufsPath(path)) return
    if (!link(path, target)) waiting.push({ path, target })
  }

  /** A second name for a file is a file of its own, with the same content. */
  function link(path: RawText, target: RawText): boolean {
    const cleaned = cleanEntryPath(target.replace(/^\/+/, ''))
    const found = descend(parentPath(cleaned), false)?.children.get(baseName(cleaned))
    if (found === undefined) return false
    if (found.kind === 'directory') {
      throw inoperablePath(`${quoteRaw(path)} is a hardlink to a directory`)
    }
    makeParent(path).children.set(freeText(baseName(path)), { ...found, layer })
    return true
  }

  /** Some archives name a link ahead of its target, which may be such a link itself. */
  function endLayer(): void {
    for (let left = waiting; left.length > 0; left = waiting) {
      waiting = left.filter(({ path, target }) => !link(path, target))
      const [first] = waiting
      if (first !== undefined && waiting.length === left.length) {
        const { path, target } = first
        throw inoperablePath(
          `${quoteRaw(path)} is a hardlink to ${quoteRaw(target)}, which is not there`,
        )
      }
    }
  }

  function makeParent(path: RawText): Directory {
    const parent = descend(parentPath(path), true)
    if (parent === undefined) throw new Error('a directory was not made')
    return parent
  }

  /** Goes along symlinks as the runtimes do that lay layers over each other, never above the root. */
  function descend(path: RawText, make: boolean): Directory | undefined {
    let way: Directory[] = [root]
    let links = 0
    const ahead = path.split('/').reverse()
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      const here = way.at(-1) ?? root
      if (name === '' || name === '.') continue
      if (name === '..') {
        if (way.length > 1) way.pop()
        continue
      }
      const child = here.children.get(name)
      if (child?.kind === 'leaf' && child.entry.kind === 'symlink') {
        if (++links > mostLinks)
          throw inoperablePath(`${quoteRaw(path)} is a loop of links`)
        const { target } = child.entry
        if (target.startsWith('/')) way = [root]
        ahead.push(...target.split('/').reverse())
        continue
      }
      if (child?.kind !== 'directory' && !make) return undefined
      way.push(child?.kind === 'directory' ? child : inferDirectory(here, name, path))
      if (way.length > deepest) throw inoperablePath(`${quoteRaw(path)} lies too deep`)
    }
    return way.at(-1)
  }

  function inferDirectory(here: Directory, name: RawText, path: RawText): Directory {
    if (here.children.get(name)?.layer === layer) {
      throw inoperablePath(
        `something lies below ${quoteRaw(path)}, which is no directory`,
      )
    }
    countOne()
    const made = makeDirectory(layer)
    here.children.set(name, made)
    return made
  }

  function countOne(): void {
    if (++count <= limits.entries) return
    throw aboveLimit(`its layers have more than ${limits.entries} entries`, 'entries')
  }

  return {
    root,
    beginLayer: () => {
      layer++
    },
    add,
    addHardlink,
    endLayer,
  }
}

/** As many as Linux goes along. */
const mostLinks = 40

function makeDirectory(layer: number): Directory {
  return { kind: 'directory', layer, entry: undefined, children: new Map() }
}

/** A part of a text keeps all of it in memory: here, a block of the archive for each name. */
function freeText(text: RawText): RawText {
  return text === '' ? '' : rawTextOf(rawBytesOf(text))
}

function isAufsPath(path: RawText): boolean {
  return path.startsWith(aufsName) || path.includes(`/${aufsName}`)
}

function hiddenName(path: RawText): RawText {
  const name = baseName(path).slice(whiteout.length)
  if (name !== '' && name !== '.' && name !== '..') return name
  throw inoperablePath(`${quoteRaw(path)} hides nothing that can be there`)
}

/** Whiteouts are about the layers below alone, wherever in their own layer they stand. */
function removeLower(parent: Directory | undefined, name: RawText, layer: number): void {
  const found = parent?.children.get(name)
  if (parent === undefined || found === undefined) return
  if (found.kind === 'directory') {
    removeLowerChildren(found, layer)
    if (found.children.size > 0 || found.layer === layer) {
      if (found.layer < layer) found.entry = undefined
      return
    }
  }
  if (found.layer < layer) parent.children.delete(name)
}

function removeLowerChildren(directory: Directory | undefined, layer: number): void {
  for (const name of [...(directory?.children.keys() ?? [])]) {
    removeLower(directory, name, layer)
  }
}
