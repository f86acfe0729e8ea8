// One warehouse's copy of a ware → records, whatever the address and the packtype.

import { readArchive } from '../archive/read-archive.ts'
import { R2k8sError } from '../errors.ts'
import { fetchCommit } from '../git/fetch-commit.ts'
import type { Compression } from '../ware/compression.ts'
import type { EntrySink } from '../ware/entry.ts'
import type { Packtype, WareId } from '../ware/ware-id.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { openWarehouse } from '../warehouse/open-warehouse.ts'
import { throwIfCancelled } from './cancellation.ts'
import type { TransferContext } from './transfer-context.ts'

export interface SourceRequest {
  /** Absent when an archive is only to be identified. */
  readonly wareId: WareId | undefined
  readonly packtype: Packtype
  readonly address: WarehouseAddress
  readonly sink: EntrySink
  /** Sees the archive's bytes before they are read. */
  readonly onBytes?: (chunk: Uint8Array) => void | Promise<void>
  /** For messages and progress. */
  readonly name: string
  readonly task: string
  readonly phase: 'fetch' | 'mirror'
}

export type SourceOutcome =
  | {
      readonly kind: 'read'
      /** Of the archive; 0 for git, which has none. */
      readonly bytes: number
      readonly compression: Compression
      /** What the warehouse says. */
      readonly strictDigest?: string
    }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string }

/** @throws R2k8sError what reading, the sink, or a broken connection throws */
export async function readSource(
  request: SourceRequest,
  context: TransferContext,
): Promise<SourceOutcome> {
  const { address, wareId } = request
  throwIfCancelled(context.signal, request.task)
  if (address.layout === 'repository') return await readRepository(request, context)
  const opened = await openWarehouse(address, context).open(wareId)
  if (opened.kind !== 'found') return opened
  const { ware } = opened
  try {
    const counted = countBytes(ware.bytes, request, { context, total: ware.size })
    const { compression } = await readArchive({
      packtype: archiveType(request),
      bytes: counted.bytes(),
      sink: request.sink,
      limits: context.limits,
      scratch: context.scratch,
    })
    // Compressed data may be followed by what no reader needs, but a copy does.
    if (request.onBytes !== undefined) await counted.readOn()
    const { strictDigest } = ware
    const known = strictDigest === undefined ? {} : { strictDigest }
    return { kind: 'read', bytes: counted.count(), compression, ...known }
  } finally {
    await ware.close()
  }
}

async function readRepository(
  { wareId, address, sink, task }: SourceRequest,
  context: TransferContext,
): Promise<SourceOutcome> {
  if (wareId === undefined) {
    const why = 'a git repository holds many wares: name a commit'
    throw new R2k8sError([{ code: 'usage', task, why }])
  }
  const { limits } = context
  const outcome = await fetchCommit({
    address,
    commit: wareId.hash,
    context,
    sink,
    limits,
  })
  if (outcome.kind !== 'done') return outcome
  return { kind: 'read', bytes: 0, compression: 'none' }
}

/** Legacy formulas name stores where others name the packing, which was tar. */
function archiveType({ packtype, name, task }: SourceRequest): 'tar' | 'zip' {
  switch (packtype) {
    case 'tar':
    case 'dir':
    case 's3':
    case 'gs':
      return 'tar'
    case 'zip':
      return 'zip'
    case 'git':
    case 'file': {
      const why = `${name}: wares of the type "${packtype}" are no archives`
      throw new R2k8sError([{ code: 'usage', task, why }])
    }
  }
}

function countBytes(
  bytes: AsyncIterable<Uint8Array>,
  { name, onBytes, phase, task }: SourceRequest,
  { context, total }: { context: TransferContext; total: number | undefined },
) {
  const { report, signal } = context
  const iterator = bytes[Symbol.asyncIterator]()
  let done = 0

  async function next(): Promise<Uint8Array | undefined> {
    throwIfCancelled(signal, task)
    const result = await iterator.next()
    if (result.done === true) return undefined
    done += result.value.length
    report({
      kind: 'progress',
      ware: name,
      phase,
      done,
      ...(total !== undefined && { total }),
    })
    await onBytes?.(result.value)
    return result.value
  }

  return {
    count: () => done,
    bytes: async function* (): AsyncGenerator<Uint8Array> {
      for (let chunk = await next(); chunk !== undefined; chunk = await next())
        yield chunk
    },
    readOn: async (): Promise<void> => {
      while ((await next()) !== undefined);
    },
  }
}
