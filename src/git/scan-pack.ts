// Goes once through a pack: where its objects are, of what type, and the bases of its deltas.

import { Buffer } from 'node:buffer'
import { corruptWare } from '../ware/ware-problems.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import type { ByteFile } from './byte-file.ts'
import { isForMemory, startObjectHash, type ObjectId } from './git-object.ts'
import { inflateAt, inflateInPieces } from './inflate.ts'
import { readPackEntry, type PackEntry } from './pack-entry.ts'
import { isDelta } from './pack-reader.ts'

/** Columns instead of objects: a repository may hold millions. */
export interface PackTable {
  readonly count: number
  /** In ascending order. */
  readonly offsets: Float64Array
  /** 20 bytes each; those of deltas come later. */
  readonly ids: Buffer
  /** 0 for deltas. */
  readonly isWhole: Uint8Array
  /** By index of the base. */
  readonly deltasOf: ReadonlyMap<number, readonly number[]>
  readonly deltasOfNamed: ReadonlyMap<ObjectId, readonly number[]>
}

export interface PackScan {
  readonly limits: UnpackLimits
  readonly spend: (bytes: number) => void
  /** Lets others run now and then; throws when it is to stop. */
  readonly breathe: () => Promise<void>
}

const header = 12
const trailer = 20
/** A header of one byte and the shortest zlib stream. */
const smallestEntry = 9

export async function scanPack(pack: ByteFile, scan: PackScan): Promise<PackTable> {
  const count = readCount(pack, scan.limits)
  const offsets = new Float64Array(count)
  const ids = Buffer.alloc(count * 20)
  const isWhole = new Uint8Array(count)
  const deltasOf = new Map<number, number[]>()
  const deltasOfNamed = new Map<ObjectId, number[]>()
  let at = header
  for (let index = 0; index < count; index++) {
    const entry = readPackEntry(pack, at)
    offsets[index] = at
    const { consumed, id } = await passOver(pack, entry, scan)
    if (id !== undefined) {
      ids.set(id, index * 20)
      isWhole[index] = 1
    } else if (entry.kind === 'offset-delta') {
      append(deltasOf, indexOf(offsets.subarray(0, index), entry.base), index)
    } else if (entry.kind === 'named-delta') append(deltasOfNamed, entry.base, index)
    at = entry.start + consumed
    await scan.breathe()
  }
  if (at !== pack.size - trailer) {
    throw corruptWare('the pack does not end after its last object')
  }
  return { count, offsets, ids, isWhole, deltasOf, deltasOfNamed }
}

function readCount(pack: ByteFile, limits: UnpackLimits): number {
  const bytes = pack.read(0, header)
  const isPack = bytes.length === header && bytes.toString('latin1', 0, 4) === 'PACK'
  if (!isPack) throw corruptWare('the repository sends something else than a pack')
  const version = bytes.readUInt32BE(4)
  if (version !== 2 && version !== 3) {
    throw corruptWare(`the pack has the version ${version}, which is not known`)
  }
  const count = bytes.readUInt32BE(8)
  // A tree for every entry is the most there can be, and the commit.
  const most = Math.min(pack.size / smallestEntry, 2 * limits.entries + 1)
  if (count > most) throw corruptWare(`the pack claims to hold ${count} objects`)
  return count
}

async function passOver(
  pack: ByteFile,
  entry: PackEntry,
  { spend }: PackScan,
): Promise<{ consumed: number; id?: Buffer }> {
  const { start, size } = entry
  if (isDelta(entry)) {
    const { consumed } = inflateAt(pack, start, size)
    spend(size)
    return { consumed }
  }
  const hash = startObjectHash(entry.kind, size)
  if (isForMemory(entry.kind, size)) {
    const { bytes, consumed } = inflateAt(pack, start, size)
    spend(size)
    return { consumed, id: hash.update(bytes).digest() }
  }
  let consumed = 0
  const pieces = inflateInPieces(pack, { offset: start, size }, (sum) => {
    consumed = sum
  })
  for await (const piece of pieces) {
    spend(piece.length)
    hash.update(piece)
  }
  return { consumed, id: hash.digest() }
}

function append<Key>(lists: Map<Key, number[]>, key: Key, index: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [index])
  else list.push(index)
}

/** @throws R2k8sError ware-corrupt when no object begins there */
function indexOf(offsets: Float64Array, offset: number): number {
  let low = 0
  let high = offsets.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[middle] ?? 0) < offset) low = middle + 1
    else high = middle
  }
  if (offsets[low] !== offset) throw corruptWare('a delta has a base that is no object')
  return low
}
