// The names of the entries of a pack, found by name: 30 bytes each, where a Map would take 150.

import { Buffer } from 'node:buffer'

export interface IdTable {
  readonly capacity: number
  /** Each entry once. Of two with the same name the first is found. */
  readonly set: (entry: number, id: string) => void
  readonly get: (entry: number) => string
  readonly has: (entry: number) => boolean
  readonly find: (id: string) => number | undefined
}

const idSize = 20

export function createIdTable(capacity: number): IdTable {
  const ids = Buffer.alloc(capacity * idSize)
  const known = new Uint8Array(capacity)
  // Open addressing; names are hashes already. Entries count from 1.
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2 + 2)))
  const probe = Buffer.alloc(idSize)

  const isAt = (entry: number) =>
    ids.compare(probe, 0, idSize, entry * idSize, (entry + 1) * idSize) === 0

  /** The slot of the name in `probe`, or the empty one where it would be. */
  function findSlot(): number {
    let slot = probe.readUInt32BE(0) % slots.length
    for (;;) {
      const entry = slots[slot] ?? 0
      if (entry === 0 || isAt(entry - 1)) return slot
      slot = (slot + 1) % slots.length
    }
  }

  return {
    capacity,
    set: (entry, id) => {
      probe.write(id, 'hex')
      const slot = findSlot()
      if (slots[slot] === 0) slots[slot] = entry + 1
      probe.copy(ids, entry * idSize)
      known[entry] = 1
    },
    get: (entry) => ids.toString('hex', entry * idSize, (entry + 1) * idSize),
    has: (entry) => known[entry] === 1,
    find: (id) => {
      probe.write(id, 'hex')
      const entry = slots[findSlot()] ?? 0
      return entry === 0 ? undefined : entry - 1
    },
  }
}
