// Records → a ware: hashed, and stored where that is wanted.

import type { WritableCompression } from '../archive/compress.ts'
import { openArchiveWriter } from '../archive/write-archive.ts'
import { teeSinks, type EntrySink } from '../ware/entry.ts'
import { filterSink, type EntryFilter } from '../ware/entry-filter.ts'
import { createIdentifier, type Identified } from '../ware/identify.ts'
import { formatWareId, type WareResult } from '../ware/ware-id.ts'
import type { WareIndex } from '../ware/ware-index.ts'
import { parseAll } from './addresses.ts'
import { throwIfCancelled } from './cancellation.ts'
import { keepIndex, knownIndex } from './index-ware.ts'
import { inTask } from './in-task.ts'
import type { TransferContext } from './transfer-context.ts'
import { openUploads } from './upload.ts'
import { createLengthCheck } from './warn-of-lengths.ts'

export interface PackingOptions {
  readonly packtype: 'tar' | 'zip'
  /** Of the hash; Timeless unless told. */
  readonly space?: 'timeless' | 'legacy'
  readonly filter: EntryFilter
  /** Written to all of them. Without any the records are only hashed, and nothing compressed. */
  readonly addresses: readonly string[]
  readonly compression: WritableCompression
  readonly level?: number
  readonly index?: { readonly program?: string }
}

export interface PackingRequest extends PackingOptions {
  /** For progress. */
  readonly name: string
  readonly task: string
  /** Sends the records; `missing` when there are none to send. */
  readonly produce: (sink: EntrySink) => Promise<'walked' | 'missing'>
}

export interface Packed {
  /** Blank when there was nothing, or nothing that can be packed. */
  readonly result: WareResult
  readonly strictDigest?: string
  readonly index?: WareIndex
  /** Of the files. */
  readonly bytes: number
}

/** @throws R2k8sError pack-invalid, filter-rejection, warehouse-unwritable */
export async function packRecords(
  request: PackingRequest,
  context: TransferContext,
): Promise<Packed> {
  const { packtype, compression, task } = request
  const targets = parseAll(request.addresses, packtype, task)
  return await inTask(task, async () => {
    if (targets.length === 0) {
      const { packed } = await hashRecords(request, context)
      keepOwnIndex(packed, { request, context })
      return packed
    }
    const upload = await openUploads(targets, undefined, context)
    try {
      const writer = openArchiveWriter({ ...request, write: upload.write })
      const { packed, identified } = await hashRecords(request, context, writer)
      if (packed.result.kind === 'blank' || identified === undefined) {
        await upload.discard()
        return packed
      }
      await writer.finish()
      const { strictDigest } = identified
      const written = packtype === 'zip' ? 'none' : compression
      await upload.commit({ wareId: packed.result, compression: written, strictDigest })
      keepOwnIndex(packed, { request, context })
      return packed
    } catch (error) {
      await upload.discard()
      throw error
    }
  })
}

/** Filters come first: what is packed is what is hashed. */
async function hashRecords(
  request: PackingRequest,
  context: TransferContext,
  writer?: EntrySink,
): Promise<{ packed: Packed; identified?: Identified }> {
  const { packtype, filter, space = 'timeless' } = request
  const identifier = createIdentifier({ index: request.index ?? {}, space })
  const sink = writer === undefined ? identifier : teeSinks([identifier, writer])
  const counted = countContent(sink, request, context)
  const found = await request.produce(filterSink(filter, counted.sink))
  counted.lengths.tell()
  const bytes = counted.bytes()
  const blank: Packed = { result: { kind: 'blank', packtype, hash: '-' }, bytes }
  if (found === 'missing') return { packed: blank }
  const identified = identifier.finish()
  if (identified.hash === '-') return { packed: blank }
  const wareId = { packtype, hash: identified.hash, space } as const
  const { strictDigest, index } = identified
  const packed: Packed = {
    result: { kind: 'ware', ...wareId },
    strictDigest,
    ...(index !== undefined && { index }),
    bytes,
  }
  return { packed, identified }
}

/**
 * Two filesets that differ in symlinks alone have one ware ID. What was known before stays, unless
 * this one takes its place in a warehouse.
 */
function keepOwnIndex(
  { result, index }: Packed,
  { request, context }: { request: PackingRequest; context: TransferContext },
): void {
  if (result.kind === 'blank' || index === undefined) return
  const old = knownIndex(result, context)?.strictDigest
  const own = index.strictDigest ?? '-'
  const differs = old !== undefined && old !== own
  const replaces = request.addresses.length > 0
  if (differs) {
    const what = replaces
      ? `the strict digest ${old} that was remembered is replaced by ${own}`
      : `its strict digest ${old} stays remembered, since this one, ${own}, is stored nowhere`
    const message = `${formatWareId(result)} was known with other symlinks, devices or fifos: ${what}`
    context.report({ kind: 'log', level: 'warn', message })
  }
  if (!differs || replaces) keepIndex(result, index, context)
}

const tellEvery = 1024 * 1024

function countContent(
  sink: EntrySink,
  { name, task }: PackingRequest,
  { report, signal }: TransferContext,
) {
  let done = 0
  let told = 0
  const lengths = createLengthCheck(report)
  const counting: EntrySink = {
    entry: (entry) => {
      throwIfCancelled(signal, task)
      lengths.add(entry)
      sink.entry(entry)
    },
    content: (chunk) => {
      done += chunk.length
      if (done - told >= tellEvery) {
        told = done
        report({ kind: 'progress', ware: name, phase: 'pack', done })
      }
      sink.content(chunk)
    },
    endFile: sink.endFile,
    ...(sink.pause !== undefined && { pause: sink.pause }),
  }
  return { bytes: () => done, sink: counting, lengths }
}
