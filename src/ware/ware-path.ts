// Where a ware lies inside a content-addressed warehouse.

import { formatWareId, parseWareId, type WareId } from './ware-id.ts'

/** `fan-out` is rio's `<3>/<3>/<hash>`; `flat` is the legacy one. Packtypes share the space. */
export type ShelfLayout = 'fan-out' | 'flat'

/**
 * Relative path with `/`, from the base of the warehouse. A ware ID of a cast or a hand-made
 * object is checked again: a hash that carried `/` or `..` here would leave the warehouse.
 */
export function warePath(wareId: WareId, layout: ShelfLayout): string {
  const parsed = parseWareId(formatWareId(wareId))
  if ('why' in parsed) throw new Error(`not a validated ware ID: ${parsed.why}`)
  const { hash } = parsed.wareId
  return layout === 'flat' ? hash : `${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash}`
}
