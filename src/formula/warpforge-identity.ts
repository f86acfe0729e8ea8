// CIDs of Warpforge: of a formula, and of a release in a catalog.

import type { Located } from '../located.ts'
import { sortedByKeyLength } from './byte-order.ts'
import type { CborValue } from './cbor.ts'
import { cidOfCbor } from './identity.ts'

/**
 * The CID of a node as written: of a formula without its capsule (`{inputs, action, outputs}`)
 * or of a release (`{releaseName, items, metadata}`).
 */
export function warpforgeCid(node: Located): string {
  return cidOfCbor(toDagCbor(node))
}

function toDagCbor(node: Located): CborValue {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'array':
      return node.items.map(toDagCbor)
    case 'object':
      return sortedByKeyLength(
        new Map(node.members.map(({ key, value }) => [key, toDagCbor(value)])),
      )
  }
}
