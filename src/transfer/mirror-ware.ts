// Copies a ware from one warehouse to another, byte for byte, once it has been verified.

import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { parseAddresses, parseAll } from './addresses.ts'
import { fetchWare, type Attempt, type Fetched } from './fetch-ware.ts'
import { knownIndex } from './index-ware.ts'
import { inspectCopy, type WantedCopy } from './standing-copy.ts'
import type { TransferContext } from './transfer-context.ts'
import { openUploads } from './upload.ts'

export interface MirrorRequest {
  readonly wareId: WareId
  readonly addresses: readonly string[]
  readonly target: string
}

/** Does nothing when the target has the ware already. @throws R2k8sError */
export async function mirrorWare(
  { wareId, addresses, target }: MirrorRequest,
  context: TransferContext,
): Promise<Fetched | 'there-already'> {
  const task = `mirror ${formatWareId(wareId)}`
  const [to] = parseAll([target], wareId.packtype, task)
  if (to === undefined) throw new Error('no target')
  if (wareId.packtype === 'git') {
    const why = 'a commit is no archive; git has its own ways to copy repositories'
    throw new R2k8sError([{ code: 'usage', task, why }])
  }
  parseAll(addresses, wareId.packtype, task)
  const strictDigest = knownIndex(wareId, context)?.strictDigest
  const wanted = { wareId, ...(strictDigest !== undefined && { strictDigest }) }
  if (await isThere(to, wanted, context)) return 'there-already'
  const from = parseAddresses(addresses, wareId, task)
  return await fetchWare(
    { ...wanted, addresses: from, phase: 'mirror' },
    () => openCopy(to, wareId, context),
    context,
  )
}

/** Then no source is asked, and none needed. */
async function isThere(
  address: WarehouseAddress,
  wanted: WantedCopy,
  context: TransferContext,
): Promise<boolean> {
  const standing = await inspectCopy(address, wanted, context)
  const tell = (level: 'info' | 'warn', what: string) => {
    const message = `${quoteAddress(address.text)} ${what}`
    context.report({ kind: 'log', level, message })
  }
  switch (standing.kind) {
    case 'missing':
    // What is wrong there, writing tells.
    case 'unavailable':
      return false
    case 'damaged':
      // A single place may hold anything, and is written to for that.
      if (address.contentAddressed) tell('warn', `has it damaged: ${standing.why}`)
      return false
    case 'whole':
      tell('info', 'has it already')
      return true
    case 'unread':
      tell(
        'info',
        'has it already; what is there was not read: should it be damaged, remove it there and mirror it again',
      )
      return true
  }
}

async function openCopy(
  to: WarehouseAddress,
  wareId: WareId,
  context: TransferContext,
): Promise<Attempt> {
  const upload = await openUploads([to], wareId, context)
  return {
    onBytes: upload.write,
    accept: async ({ compression, strictDigest }) => {
      await upload.commit({ wareId, compression, strictDigest })
    },
    discard: upload.discard,
  }
}
