// An image → one fileset: layers laid over each other, whiteouts carried out, hardlinks made files of
// their own, in the order in which wares are packed.

import { setImmediate } from 'node:timers/promises'
import { decompress } from '../../archive/decompress.ts'
import type { Entry, EntrySink, RawText } from '../../ware/entry.ts'
import { cleanEntryPath, quoteRaw } from '../../ware/entry-path.ts'
import { inferredDirectory } from '../../ware/fileset-hash.ts'
import { aboveLimit } from '../../ware/limit-check.ts'
import { createTarReader } from '../../ware/tar/tar-reader.ts'
import type { UnpackLimits } from '../../ware/unpack-limits.ts'
import type { Report } from '../../ware/transfer-event.ts'
import { inoperablePath } from '../../ware/ware-problems.ts'
import { verifyDigest } from '../../warehouse/oci/digest.ts'
import { throwIfCancelled } from '../../warehouse/warehouse-problems.ts'
import { inPart } from './image-problems.ts'
import type { ImageLayer, ImageSource } from './image-source.ts'
import {
  createLayerTree,
  type Directory,
  type LayerTree,
  type Leaf,
} from './layer-tree.ts'
import { openSpool, type Spool } from './spool.ts'
import { checkTotal } from './total-check.ts'

export interface FlattenOptions {
  /** Of each layer, and of all together. */
  readonly limits: UnpackLimits
  /** An existing directory for the contents of all layers, inflated. */
  readonly scratch: string
  readonly report: Report
  readonly signal?: AbortSignal
}

/**
 * Every layer is checked against its digest, and all of them against the limits, before the sink gets
 * its first record. Owners, modes and times are those of the layers; devices are left out, with a
 * warning.
 * @throws R2k8sError
 */
export async function flattenImage(
  image: ImageSource,
  sink: EntrySink,
  options: FlattenOptions,
): Promise<void> {
  const { limits, scratch } = options
  const spool = openSpool(scratch)
  try {
    const tree = createLayerTree(limits)
    const target = { tree, spool, taken: 0 }
    for (const [i, layer] of image.layers.entries()) {
      try {
        await addLayer(layer, target, options)
      } catch (error) {
        throw inPart(`layer ${i + 1} of ${image.layers.length} (${layer.digest})`, error)
      }
    }
    try {
      checkTotal(tree.root, { taken: target.taken, held: spool.position() }, limits)
    } catch (error) {
      throw inPart('all layers together', error)
    }
    const left = await emitTree({ tree, spool, sink, options })
    if (left.length > 0) warnOfDevices(left, options.report)
  } finally {
    spool.close()
  }
}

interface Target {
  readonly tree: LayerTree
  readonly spool: Spool
  /** Bytes of the layers so far, as they came. */
  taken: number
}

async function addLayer(
  layer: ImageLayer,
  target: Target,
  { limits, signal }: FlattenOptions,
): Promise<void> {
  const { tree, spool } = target
  const count = (length: number): void => {
    target.taken += length
  }
  const reader = createTarReader(
    {
      entry: (entry) => {
        tree.add(entry, spool.position())
      },
      content: (chunk) => {
        spool.append(chunk)
        if (spool.position() <= limits.bytes) return
        throw aboveLimit(`its layers have more than ${limits.bytes} bytes`, 'bytes')
      },
      endFile: () => undefined,
    },
    limits,
    { hardlink: tree.addHardlink },
  )
  tree.beginLayer()
  for await (const chunk of inflateLayer(layer, limits, count)) {
    throwIfCancelled(signal)
    reader.push(chunk)
  }
  reader.end()
  for (const wait of tree.endLayer()) {
    await wait
    throwIfCancelled(signal)
  }
}

async function* inflateLayer(
  layer: ImageLayer,
  limits: UnpackLimits,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  const stored = (await layer.open())[Symbol.asyncIterator]()
  try {
    const { bytes } = await decompress(leftOpen(stored, count), limits)
    yield* layer.covers === 'inflated' ? verifyDigest(bytes, layer.digest) : bytes
    // What compressed data ends before still counts for the digest, which is compared at the end.
    for (let next = await stored.next(); next.done !== true;) next = await stored.next()
  } finally {
    await stored.return?.()
  }
}

/** Whoever stops reading early does not end it. */
function leftOpen(
  iterator: AsyncIterator<Uint8Array>,
  count: (length: number) => void,
): AsyncIterable<Uint8Array> {
  async function next(): Promise<IteratorResult<Uint8Array>> {
    const got = await iterator.next()
    if (got.done !== true) count(got.value.length)
    return got
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

interface Emission {
  readonly tree: LayerTree
  readonly spool: Spool
  readonly sink: EntrySink
  readonly options: FlattenOptions
}

/** Returns the paths of devices, which it leaves out. */
async function emitTree(emission: Emission): Promise<RawText[]> {
  const devices: RawText[] = []
  for (const wait of emit('.', emission.tree.root, { ...emission, devices })) {
    await wait
    throwIfCancelled(emission.options.signal)
  }
  return devices
}

/** Yields what to wait for, now and then: a promise per record would cost more than the record. */
function* emit(
  path: RawText,
  node: Leaf | Directory,
  emission: Emission & { readonly devices: RawText[] },
): Generator<Promise<unknown>> {
  checkPath(path, emission.options.limits)
  if (node.kind === 'leaf') {
    const { kind } = node.entry
    const isDevice = kind === 'block-device' || kind === 'character-device'
    if (isDevice) emission.devices.push(path)
    else yield* emitLeaf(path, node, emission)
    return
  }
  // Signals and progress get their turn, also when the sink never has to wait.
  yield setImmediate()
  emission.sink.entry(directoryEntry(path, node))
  const children = sorted(node)
  // The sink has a tree of its own: there need not be two of them.
  node.children.clear()
  for (const [name, child] of children) {
    yield* emit(path === '.' ? name : `${path}/${name}`, child, emission)
  }
}

/** Links inside an image can lead to places that no layer names. */
function checkPath(path: RawText, limits: UnpackLimits): void {
  cleanEntryPath(path)
  if (path.length > limits.pathBytes) {
    throw inoperablePath(`${quoteRaw(path)} is longer than ${limits.pathBytes} bytes`)
  }
}

/** When nobody says what a directory is like, it is as for wares. */
function directoryEntry(path: RawText, { entry }: Directory): Entry {
  return entry === undefined ? inferredDirectory(path, 1262304000) : { ...entry, path }
}

function* emitLeaf(
  path: RawText,
  { entry, offset }: Leaf,
  { sink, spool }: Emission,
): Generator<Promise<unknown>> {
  sink.entry({ ...entry, path })
  if (entry.kind !== 'file') return
  for (const chunk of spool.read(offset, entry.size)) {
    sink.content(chunk)
    const pause = sink.pause?.()
    if (pause !== undefined) yield pause
  }
  sink.endFile()
}

/** Bytewise, directories with a slash behind them: wares.md §3.5. */
function sorted({ children }: Directory): [RawText, Leaf | Directory][] {
  const key = ([name, { kind }]: [RawText, Leaf | Directory]) =>
    kind === 'directory' ? `${name}/` : name
  return [...children].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const mostNamed = 5

function warnOfDevices(paths: readonly RawText[], report: Report): void {
  const named = paths.slice(0, mostNamed).map(quoteRaw).join(', ')
  const more = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''
  report({
    kind: 'log',
    level: 'warn',
    message: `devices are left out of the ware: ${named}${more}`,
  })
}
