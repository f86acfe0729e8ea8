// Finds out where each object of a received pack lies and what its name is: packs do not say.

import { createHash } from 'node:crypto'
import { corruptWare } from '../ware/ware-problems.ts'
import { aboveLimit } from '../ware/limit-check.ts'
import { identifyObject } from './content.ts'
import { inflateAt } from './inflate.ts'
import { createIdTable, type IdTable } from './id-table.ts'
import { readEntryHead, type EntryHead } from './pack-entry.ts'
import { createPackReader, type PackReader, type PackSource } from './pack-reader.ts'
import type { RandomFile } from './random-file.ts'

export interface IndexedPack {
  readonly findOffset: (id: string) => number | undefined
  readonly reader: PackReader
}

const headSize = 12
export const trailerSize = 20
/** The shortest entry: a byte of head, and nothing deflated. */
const leastEntry = 9
/** Each takes some 50 bytes of memory here. */
const mostObjects = 1_500_000

/** @throws R2k8sError ware-corrupt */
export async function indexPack(
  file: RandomFile,
  { scratch, meter }: Pick<PackSource, 'scratch' | 'meter'>,
): Promise<IndexedPack> {
  const count = readCount(file)
  const ids = createIdTable(count)
  const findOffset = (id: string) => {
    const entry = ids.find(id)
    return entry === undefined ? undefined : offsets[entry]
  }
  const source = { file, findOffset, scratch, meter }
  const links = createLinks(count)
  const offsets = await findEntries(source, links, ids)
  const reader = createPackReader(source)
  try {
    await nameDeltas({ offsets, links, ids, reader })
    return { findOffset, reader }
  } catch (error) {
    reader.close()
    throw error
  }
}

function readCount(file: RandomFile): number {
  if (file.size < headSize + trailerSize) throw broken('is too short')
  const head = file.read(0, headSize)
  if (head.toString('latin1', 0, 4) !== 'PACK') throw broken('is none')
  const version = head.readUInt32BE(4)
  if (version !== 2 && version !== 3) throw broken(`has the unknown version ${version}`)
  const count = head.readUInt32BE(8)
  if (count * leastEntry > file.size)
    throw broken('announces more objects than fit into it')
  if (count > mostObjects) {
    throw aboveLimit(`the pack has more than ${mostObjects} objects`, 'entries')
  }
  return count
}

/** One after the other, since the next begins where the deflated data of the last one ends. */
async function findEntries(
  { file, meter }: PackSource,
  links: Links,
  ids: IdTable,
): Promise<Float64Array> {
  const count = ids.capacity
  const offsets = new Float64Array(count)
  const end = file.size - trailerSize
  let at = headSize
  for (let entry = 0; entry < count; entry++) {
    offsets[entry] = at
    if (at >= end) throw broken('ends early')
    const head = readEntryHead(file, at)
    meter.checkSize(head.size)
    await meter.spend(head.size)
    at = await readOver(file, head, (id) => {
      ids.set(entry, id)
    })
    if (at > end) throw broken('ends early')
    if (head.kind === 'id-delta') links.addById(entry, head.base)
    if (head.kind !== 'offset-delta') continue
    const base = findSorted(offsets, entry, head.base)
    if (base === undefined) throw broken('has a delta of what is no object')
    links.add(entry, base)
  }
  if (at !== end) throw broken('has more in it than its objects')
  return offsets
}

async function readOver(
  file: RandomFile,
  head: EntryHead,
  foundId: (id: string) => void,
): Promise<number> {
  const place = { offset: head.start, size: head.size }
  if (head.kind !== 'whole') return await inflateAt(file, place, () => undefined)
  const hash = createHash('sha1').update(`${head.type} ${head.size}\0`)
  const end = await inflateAt(file, place, (chunk) => hash.update(chunk))
  foundId(hash.digest('hex'))
  return end
}

/** Where `value` stands among the first `count`, which are sorted. */
function findSorted(
  values: Float64Array,
  count: number,
  value: number,
): number | undefined {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low < count && values[low] === value ? low : undefined
}

interface Unnamed {
  readonly offsets: Float64Array
  readonly links: Links
  readonly ids: IdTable
  readonly reader: PackReader
}

/** Down each tree of deltas, so that the base of the next one is still in memory. */
async function nameDeltas({ offsets, links, ids, reader }: Unnamed): Promise<void> {
  let named = 0
  for (let root = 0; root < offsets.length; root++) {
    if (!ids.has(root) || links.isDelta(root)) continue
    named++
    links.adopt(root, ids.get(root))
    const path = [root]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const child = links.takeChild(top)
      if (child === undefined) {
        path.pop()
        continue
      }
      const id = identifyObject(await reader.read(offsets[child] ?? 0))
      ids.set(child, id)
      named++
      links.adopt(child, id)
      path.push(child)
    }
  }
  // What hangs on nothing, or on itself.
  if (named !== offsets.length) throw broken('has deltas without their base')
}

interface Links {
  readonly add: (child: number, base: number) => void
  readonly addById: (child: number, base: string) => void
  /** Makes those that wait for a base of that name children of `base`. */
  readonly adopt: (base: number, id: string) => void
  readonly takeChild: (base: number) => number | undefined
  readonly isDelta: (entry: number) => boolean
}

function createLinks(count: number): Links {
  // Lists in two arrays, numbers from 1 on: millions of small lists would not fit into memory.
  const first = new Uint32Array(count)
  const next = new Uint32Array(count)
  const deltas = new Uint8Array(count)
  const waiting = new Map<string, number[]>()
  const add = (child: number, base: number): void => {
    next[child] = first[base] ?? 0
    first[base] = child + 1
    deltas[child] = 1
  }
  return {
    add,
    addById: (child, base) => {
      deltas[child] = 1
      const others = waiting.get(base)
      if (others === undefined) waiting.set(base, [child])
      else others.push(child)
    },
    adopt: (base, id) => {
      for (const child of waiting.get(id) ?? []) add(child, base)
      waiting.delete(id)
    },
    takeChild: (base) => {
      const child = first[base] ?? 0
      if (child === 0) return undefined
      first[base] = next[child - 1] ?? 0
      return child - 1
    },
    isDelta: (entry) => deltas[entry] === 1,
  }
}

function broken(why: string) {
  return corruptWare(`the pack ${why}`)
}
