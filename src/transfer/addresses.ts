// Warehouse addresses of a command line or a plan, checked before anything is asked.

import { R2k8sError, throwIfAny, type Problem } from '../errors.ts'
import { formatWareId, type Packtype, type WareId } from '../ware/ware-id.ts'
import {
  parseWarehouseAddress,
  type WarehouseAddress,
} from '../ware/warehouse-address.ts'

/** @throws R2k8sError usage with every address that is none, and when there is not one */
export function parseAddresses(
  texts: readonly string[],
  wareId: WareId,
  task: string,
): WarehouseAddress[] {
  if (texts.length === 0) {
    throw new R2k8sError([
      {
        code: 'usage',
        task,
        why: `nobody says where ${formatWareId(wareId)} is`,
        hints: ['name a warehouse with --source'],
      },
    ])
  }
  return parseAll(texts, wareId.packtype, task)
}

export function parseAll(
  texts: readonly string[],
  packtype: Packtype,
  task: string,
): WarehouseAddress[] {
  const problems: Problem[] = []
  const addresses: WarehouseAddress[] = []
  for (const text of new Set(texts)) {
    const parsed = parseWarehouseAddress(text, packtype)
    if ('address' in parsed) addresses.push(parsed.address)
    else problems.push({ code: 'usage', task, why: parsed.why })
  }
  throwIfAny(problems)
  return addresses
}
