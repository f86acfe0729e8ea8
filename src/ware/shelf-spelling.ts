// "http://host/wares" for "ca+http://host/wares": what is forgotten most often about warehouses.

import type { WarehouseAddress } from './warehouse-address.ts'

/**
 * The same place as a content-addressed warehouse; undefined for what is written as one, looks like one
 * archive, or is not behind http: to others a directory and a file are not the same.
 * @example
 * spellAsShelf(addressOf('http://host/wares/')) // 'ca+http://host/wares'
 */
export function spellAsShelf(address: WarehouseAddress): string | undefined {
  if (address.layout !== 'single') return undefined
  if (address.scheme !== 'http' && address.scheme !== 'https') return undefined
  const { pathname, search } = new URL(address.url)
  const isFile = /\.[a-z][a-z0-9]*$/i.test(pathname)
  if (isFile || search !== '') return undefined
  return `ca+${address.url.replace(/\/+$/, '')}`
}
