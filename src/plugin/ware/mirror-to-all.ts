// Mirroring to several targets, in turn; one that takes nothing is no reason to leave out the others.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import { parseAll } from '../../transfer/addresses.ts'
import { mirrorWare, type MirrorRequest } from '../../transfer/mirror-ware.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import { formatWareId } from '../../ware/ware-id.ts'

export interface MirrorToAllRequest extends Omit<MirrorRequest, 'target'> {
  readonly targets: readonly string[]
}

/** @throws R2k8sError with what each target had against it, or as soon as no source has the ware */
export async function mirrorToAll(
  { targets, ...request }: MirrorToAllRequest,
  context: TransferContext,
): Promise<void> {
  const { wareId } = request
  // All of them before anything is written to the first.
  parseAll(targets, wareId.packtype, `mirror ${formatWareId(wareId)}`)
  const problems: Problem[] = []
  for (const target of new Set(targets)) {
    try {
      await mirrorWare({ ...request, target }, context)
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      problems.push(...error.problems)
      if (error.code !== 'warehouse-unwritable') break
    }
  }
  throwIfAny(problems)
}
