// The addresses of --source, for all who take them.

import { throwIfAny, type Problem } from '../errors.ts'
import { whyNoWarehouse } from '../ware/warehouse-address.ts'

/** @throws R2k8sError usage, with every address that serves no ware or carries a secret */
export function checkSources(sources: readonly string[]): void {
  throwIfAny(sources.flatMap(unusableSource))
}

function unusableSource(address: string): Problem[] {
  const why = whyNoWarehouse(address)
  if (why === undefined) return []
  const hints = ['write it as --source ca+https://wares.example/']
  return [{ code: 'usage', task: 'use --source', why, hints }]
}
