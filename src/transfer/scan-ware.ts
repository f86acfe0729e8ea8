// Identifies an archive without unpacking it.

import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { EntryFilter } from '../ware/entry-filter.ts'
import { createIdentifier, type Identified } from '../ware/identify.ts'
import { parseAll } from './addresses.ts'
import { inTask } from './in-task.ts'
import { readSource } from './open-source.ts'
import type { TransferContext } from './transfer-context.ts'

export interface ScanRequest {
  readonly packtype: 'tar' | 'zip'
  /** Of a single archive: no hash is known by which to look for it. */
  readonly address: string
  readonly filter?: EntryFilter
  readonly index?: { readonly program?: string }
}

/** @throws R2k8sError */
export async function scanWare(
  { packtype, address, filter, index }: ScanRequest,
  context: TransferContext,
): Promise<Identified> {
  const task = `scan ${quoteAddress(address)}`
  const [parsed] = parseAll([address], packtype, task)
  if (parsed === undefined || parsed.layout !== 'single') {
    const why = 'its place follows from a hash, and none is known'
    throw new R2k8sError([
      { code: 'usage', task, why, hints: ['name one archive: file:, http(s): or s3:'] },
    ])
  }
  const identifier = createIdentifier({
    ...(filter !== undefined && { filter }),
    ...(index !== undefined && { index }),
    maxEntries: context.limits.entries,
  })
  const name = quoteAddress(address)
  const source = {
    wareId: undefined,
    packtype,
    address: parsed,
    sink: identifier,
  } as const
  const outcome = await inTask(task, async () => {
    const read = await readSource({ ...source, name, task, phase: 'fetch' }, context)
    return { read, identified: read.kind === 'read' ? identifier.finish() : undefined }
  })
  if (outcome.identified !== undefined) return outcome.identified
  const { read } = outcome
  const code = read.kind === 'absent' ? 'ware-not-found' : 'warehouse-unavailable'
  throw new R2k8sError([{ code, task, why: read.kind === 'read' ? '' : read.why }])
}
