// Packs a directory: hashes it, and stores it where that is wanted.

import { quote } from '../errors.ts'
import { walkTree } from '../fileset/walk-tree.ts'
import type { EntryKind, RawText } from '../ware/entry.ts'
import { packRecords, type Packed, type PackingOptions } from './pack-records.ts'
import type { TransferContext } from './transfer-context.ts'

export interface PackRequest extends PackingOptions {
  readonly path: string
  readonly skip?: (path: RawText, kind: EntryKind) => boolean
}

/** A path that does not exist gives the blank ware. @throws R2k8sError as `packRecords` does */
export async function packWare(
  request: PackRequest,
  context: TransferContext,
): Promise<Packed> {
  const { path, skip } = request
  return await packRecords(
    {
      ...request,
      name: path,
      task: `pack ${quote(path)}`,
      produce: (sink) =>
        walkTree(path, sink, context.report, { ...(skip !== undefined && { skip }) }),
    },
    context,
  )
}
