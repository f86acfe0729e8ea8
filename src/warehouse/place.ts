// Where in a warehouse of files, URLs or objects a ware lies.

import type { WareId } from '../ware/ware-id.ts'
import { warePath } from '../ware/ware-path.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'

export type Layout = WarehouseAddress['layout']

/** Relative to the base, with `/`; `''` where the address itself is the place. */
export function placeOf(layout: Layout, wareId: WareId | undefined): string {
  if (layout === 'single') return ''
  if (layout !== 'fan-out' && layout !== 'flat') {
    throw new Error(`${layout} is no layout of files`)
  }
  if (wareId === undefined) {
    throw new Error('a content-addressed warehouse is asked with an ID')
  }
  return warePath(wareId, layout)
}
