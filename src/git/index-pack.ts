// Gives the objects of a fetched pack their names, which no server is trusted to tell.

import { Buffer } from 'node:buffer'
import { corruptWare } from '../ware/ware-problems.ts'
import type { ByteFile } from './byte-file.ts'
import { startObjectHash, type ObjectId, type ObjectStore } from './git-object.ts'
import { createPackReader, type PackReader } from './pack-reader.ts'
import { scanPack, type PackScan, type PackTable } from './scan-pack.ts'

/** The objects by name. The file is closed with the store. */
export async function indexPack(pack: ByteFile, scan: PackScan): Promise<ObjectStore> {
  const table = await scanPack(pack, scan)
  const named = new Map<ObjectId, number>()
  for (const base of table.deltasOfNamed.keys()) named.set(base, -1)
  const reader = createPackReader(pack, (id) => offsetAt(table, named.get(id)), scan.spend)
  await resolveDeltas({ table, reader, named, scan })
  const order = sortByName(table)
  const find = (id: ObjectId) => offsetAt(table, findIndex(table, order, id))
  const bounded = createPackReader(pack, find)
  return {
    read: (id) => {
      const offset = find(id)
      return offset === undefined ? undefined : bounded.read(offset)
    },
    close: pack.close,
  }
}

interface Resolving {
  readonly table: PackTable
  readonly reader: PackReader
  /** Of the objects that deltas name as their base: the index, -1 as long as it is not known. */
  readonly named: Map<ObjectId, number>
  readonly scan: PackScan
}

/** From every base to what is made of it, so that the base is still at hand. */
async function resolveDeltas({ table, reader, named, scan }: Resolving): Promise<void> {
  const waiting: number[] = []
  let resolved = 0
  const settle = (index: number) => {
    resolved++
    waiting.push(...(table.deltasOf.get(index) ?? []))
    if (named.size === 0) return
    const id = table.ids.toString('hex', index * 20, index * 20 + 20)
    if (named.get(id) !== -1) return
    named.set(id, index)
    waiting.push(...(table.deltasOfNamed.get(id) ?? []))
  }
  for (let root = 0; root < table.count; root++) {
    if (table.isWhole[root] === 0) continue
    settle(root)
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const { kind, bytes } = reader.readWhole(table.offsets[index] ?? 0)
      const id = startObjectHash(kind, bytes.length).update(bytes).digest()
      table.ids.set(id, index * 20)
      settle(index)
      await scan.breathe()
    }
  }
  if (resolved !== table.count) {
    throw corruptWare('the pack has deltas whose base it lacks')
  }
}

function offsetAt(table: PackTable, index: number | undefined): number | undefined {
  return index === undefined || index < 0 ? undefined : table.offsets[index]
}

function sortByName({ count, ids }: PackTable): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index).sort((a, b) =>
    ids.compare(ids, b * 20, b * 20 + 20, a * 20, a * 20 + 20),
  )
}

function findIndex({ ids }: PackTable, order: Uint32Array, id: ObjectId) {
  const wanted = Buffer.from(id, 'hex')
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = (order[middle] ?? 0) * 20
    const difference = wanted.compare(ids, start, start + 20)
    if (difference === 0) return order[middle]
    if (difference < 0) high = middle
    else low = middle + 1
  }
  return undefined
}
