// Whether there is anything on this machine to take an index from: a few looks at the file system, so
// that nothing is loaded where there is not.

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { WareId } from '../../ware/ware-id.ts'
import { warePath } from '../../ware/ware-path.ts'
import { parseWarehouseAddress } from '../../ware/warehouse-address.ts'
import type { Io } from '../io.ts'
import { cacheBaseOf } from '../cache-base.ts'
import type { UnindexedWare } from './load-indexes.ts'

export function hasIndexStore({ packtype }: WareId, { env, cwd }: Io): boolean {
  return existsSync(join(cacheBaseOf(env, cwd), packtype, 'index'))
}

/** The addresses at which a file stands on this machine. */
export function archivesNearby(
  { wareId, addresses }: UnindexedWare,
  cwd: string,
): string[] {
  return addresses.filter((text) => {
    const parsed = parseWarehouseAddress(text, wareId.packtype)
    if ('why' in parsed || parsed.address.scheme !== 'file') return false
    const { layout } = parsed.address
    const base = resolve(cwd, parsed.address.path)
    switch (layout) {
      case 'single':
        return isFile(base)
      case 'fan-out':
      case 'flat':
        return isFile(join(base, warePath(wareId, layout)))
      case 'artifact':
      case 'repository':
        return false
    }
  })
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false // whatever keeps it from being looked at, it is not at hand
  }
}
