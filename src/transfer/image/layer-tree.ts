// The tree that layers make when they are laid over each other: metadata alone, with the places
// where contents lie (OCI image spec, "layer").

import type { Entry, RawText } from '../../ware/entry.ts'
import { baseName, cleanEntryPath, parentPath, quoteRaw } from '../../ware/entry-path.ts'
import { rawBytesOf, rawTextOf } from '../../ware/raw-text.ts'
import { aboveLimit } from '../../ware/limit-check.ts'
import type { UnpackLimits } from '../../ware/unpack-limits.ts'
import { inoperablePath } from '../../ware/ware-problems.ts'
import { createLateLinks, type Gap, type LateLinks } from './late-links.ts'

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
  /** The last layer that nothing from below is left of in here: it need not be looked for again. */
  clearedIn: number
  readonly children: Map<RawText, Leaf | Directory>
}

export interface LayerTree {
  readonly root: Directory
  /** What follows lies over all that came before. */
  readonly beginLayer: () => void
  readonly add: (entry: Entry, offset: number) => void
  readonly addHardlink: (path: RawText, target: RawText) => void
  /**
   * Yields what to wait for, now and then.
   * @throws R2k8sError inoperable-path for a hardlink to what is not there
   */
  readonly endLayer: () => Generator<Promise<unknown>>
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
  let lateLinks: LateLinks | undefined

  function add(found: Entry, offset: number): void {
    countOne()
    const { path } = found
    if (path === '.') {
      addRoot(found)
      return
    }
    const name = freeText(baseName(path))
    if (isAufsPath(path)) {
      if (name === opaque) removeLowerChildren(find(parentPath(path)), layer)
      return
    }
    if (name.startsWith(whiteout)) {
      removeLower(find(parentPath(path)), hiddenName(path), layer)
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
    if (link(path, target) !== undefined) waiting.push({ path, target })
  }

  /** A second name for a file is a file of its own, with the same content. */
  function link(path: RawText, target: RawText): Gap | undefined {
    const cleaned = cleanEntryPath(target.replace(/^\/+/, ''))
    const parent = descend(parentPath(cleaned), false)
    if (parent.kind === 'gap') return parent
    const name = baseName(cleaned)
    const found = parent.children.get(name)
    if (found === undefined) {
      return { kind: 'gap', directory: parent, name, leadsOn: false }
    }
    if (found.kind === 'directory') {
      throw inoperablePath(`${quoteRaw(path)} is a hardlink to a directory`)
    }
    put(makeParent(path), freeText(baseName(path)), { ...found, layer })
    return undefined
  }

  /** Some archives name a link ahead of its target, which may be such a link itself. */
  function* endLayer(): Generator<Promise<unknown>> {
    const links = waiting
    waiting = []
    lateLinks = createLateLinks(links.length, (index) => {
      const late = links[index]
      return late && link(late.path, late.target)
    })
    const left = yield* lateLinks.settle()
    lateLinks = undefined
    const first = left === undefined ? undefined : links[left]
    if (first === undefined) return
    const { path, target } = first
    throw inoperablePath(
      `${quoteRaw(path)} is a hardlink to ${quoteRaw(target)}, which is not there`,
    )
  }

  function put(directory: Directory, name: RawText, after: Leaf | Directory): void {
    const before = directory.children.get(name)
    directory.children.set(name, after)
    lateLinks?.changed(directory, name, { before, after })
  }

  function makeParent(path: RawText): Directory {
    const parent = descend(parentPath(path), true)
    if (parent.kind === 'gap') throw new Error('a directory was not made')
    return parent
  }

  function find(path: RawText): Directory | undefined {
    const found = descend(path, false)
    return found.kind === 'gap' ? undefined : found
  }

  /** Goes along symlinks as the runtimes do that lay layers over each other, never above the root. */
  function descend(path: RawText, make: boolean): Directory | Gap {
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
      if (child?.kind !== 'directory' && !make) {
        return { kind: 'gap', directory: here, name, leadsOn: true }
      }
      way.push(child?.kind === 'directory' ? child : inferDirectory(here, name, path))
      if (way.length > deepest) throw inoperablePath(`${quoteRaw(path)} lies too deep`)
    }
    return way.at(-1) ?? root
  }

  function inferDirectory(here: Directory, name: RawText, path: RawText): Directory {
    if (here.children.get(name)?.layer === layer) {
      throw inoperablePath(
        `something lies below ${quoteRaw(path)}, which is no directory`,
      )
    }
    countOne()
    const made = makeDirectory(layer)
    put(here, name, made)
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
  return {
    kind: 'directory',
    layer,
    entry: undefined,
    clearedIn: layer,
    children: new Map(),
  }
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
  if (directory === undefined || directory.clearedIn === layer) return
  directory.clearedIn = layer
  for (const name of [...directory.children.keys()]) removeLower(directory, name, layer)
}
