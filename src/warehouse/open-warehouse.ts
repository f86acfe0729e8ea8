// From an address to the warehouse behind it.

import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openFileWarehouse } from './file-warehouse.ts'
import { openHttpWarehouse } from './http-warehouse.ts'
import { openOciWarehouse } from './oci/open-oci-warehouse.ts'
import { openObjectWarehouse } from './s3-warehouse.ts'
import type { Warehouse, WarehouseContext } from './warehouse.ts'

/** Nothing is asked yet. Repositories of git are no warehouses of archives, so not among these. */
export function openWarehouse(
  address: WarehouseAddress,
  context: WarehouseContext,
): Warehouse {
  const { layout } = address
  if (layout === 'repository') throw new Error('a git repository holds no archives')
  switch (address.scheme) {
    case 'file':
      return openFileWarehouse({ path: address.path, layout }, context)
    case 'http':
    case 'https':
      return openHttpWarehouse({ url: address.url, layout }, context)
    case 's3':
    case 'gs':
      return openObjectWarehouse(address, context)
    case 'oci':
      return openOciWarehouse(address, context)
    case 'git':
    case 'ssh':
      throw new Error(`${address.scheme} is a scheme of git alone`)
  }
}
