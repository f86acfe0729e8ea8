// Whether what lies in the cache passes a filter that rejects: whoever filled the shelf may have had
// another one, and the hash covers no devices.

import { walkTree } from '../fileset/walk-tree.ts'
import type { EntryFilter } from '../ware/entry-filter.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { inTask } from './in-task.ts'
import type { TransferContext } from './transfer-context.ts'

/** @throws R2k8sError filter-rejection */
export async function checkShelf(
  shelf: string,
  { wareId, filter }: { readonly wareId: WareId; readonly filter: EntryFilter },
  { report }: TransferContext,
): Promise<void> {
  const sink = {
    entry: filter.apply,
    content: () => undefined,
    endFile: () => undefined,
  }
  await inTask(`take ${formatWareId(wareId)} from the cache`, () =>
    walkTree(shelf, sink, report),
  )
}
