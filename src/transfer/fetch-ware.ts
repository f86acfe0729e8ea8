// Gets a ware from the first warehouse that has it as it should be (wares.md §8.1). Whatever one of
// them does, the next is asked, and nothing of a failed try stays.

import { R2k8sError, type ErrorCode } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { teeSinks, type EntrySink } from '../ware/entry.ts'
import type { EntryFilter } from '../ware/entry-filter.ts'
import { createIdentifier, type Identified } from '../ware/identify.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { spellAsShelf } from '../ware/shelf-spelling.ts'
import type { WareIndex } from '../ware/ware-index.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import type { Compression } from '../ware/compression.ts'
import { readSource, type SourceRequest } from './open-source.ts'
import { whyOtherDigest } from './strict-digest.ts'
import type { TransferContext } from './transfer-context.ts'

export interface FetchRequest {
  readonly wareId: WareId
  /** Not empty, asked in this order. */
  readonly addresses: readonly WarehouseAddress[]
  readonly filter?: EntryFilter
  /** Checked besides the hash where it is known. */
  readonly strictDigest?: string
  readonly index?: { readonly program?: string }
  readonly phase?: 'fetch' | 'mirror'
}

/** One try. `accept` is called once everything has been verified, else `discard`. */
export interface Attempt {
  readonly sink?: EntrySink
  readonly onBytes?: (chunk: Uint8Array) => void | Promise<void>
  readonly accept?: (fetched: Fetched) => void | Promise<void>
  readonly discard: () => void | Promise<void>
}

export interface Fetched {
  /** What it is after the filter; the same ID when that alters nothing, and of a git commit. */
  readonly filteredId: WareId
  /** Of the ware as it is, before the filter. */
  readonly strictDigest: string
  readonly index?: WareIndex
  readonly programMachine?: string
  /** As it was given. */
  readonly address: string
  /** Of the archive. */
  readonly bytes: number
  readonly compression: Compression
}

/** @throws R2k8sError with what every warehouse did, when none helped */
export async function fetchWare(
  request: FetchRequest,
  openAttempt: () => Attempt | Promise<Attempt>,
  context: TransferContext,
): Promise<Fetched> {
  const failures: Failure[] = []
  for (const address of request.addresses) {
    const attempt = await openAttempt()
    let outcome: Fetched | Failure
    try {
      outcome = await tryAddress(request, { address, attempt, context })
    } catch (error) {
      await attempt.discard()
      throw error
    }
    if ('filteredId' in outcome) return outcome
    await attempt.discard()
    failures.push(outcome)
    tell(outcome, request, context)
  }
  throw allFailed(request.wareId, failures)
}

interface Failure {
  readonly address: WarehouseAddress
  readonly code: ErrorCode
  readonly why: string
  readonly hints: readonly string[]
}

interface Try {
  readonly address: WarehouseAddress
  readonly attempt: Attempt
  readonly context: TransferContext
}

async function tryAddress(
  request: FetchRequest,
  { address, attempt, context }: Try,
): Promise<Fetched | Failure> {
  const fail = (
    code: ErrorCode,
    why: string,
    hints: readonly string[] = [],
  ): Failure => ({
    address,
    code,
    why,
    hints: [...hints, ...hintsForShelf(address, code)],
  })
  try {
    const identifier = openIdentifier(request, context)
    const sinks = attempt.sink === undefined ? [identifier] : [identifier, attempt.sink]
    const source: SourceRequest = {
      wareId: request.wareId,
      packtype: request.wareId.packtype,
      address,
      sink: sinks.length === 1 ? identifier : teeSinks(sinks),
      name: formatWareId(request.wareId),
      task: taskOf(request.wareId),
      phase: request.phase ?? 'fetch',
      ...(attempt.onBytes !== undefined && { onBytes: attempt.onBytes }),
    }
    const outcome = await readSource(source, context)
    if (outcome.kind === 'absent') return fail('ware-not-found', outcome.why)
    if (outcome.kind === 'unavailable') return fail('warehouse-unavailable', outcome.why)
    const identified = identifier.finish()
    const wrong = whyWrong(request, identified, outcome.strictDigest, context)
    if (wrong !== undefined) {
      return fail('ware-hash-mismatch', wrong.why, wrong.hints)
    }
    const { bytes, compression } = outcome
    const fetched = describe(request, identified, {
      address: address.text,
      bytes,
      compression,
    })
    await attempt.accept?.(fetched)
    return fetched
  } catch (error) {
    if (!(error instanceof R2k8sError) || !isOfWare(error.code)) throw error
    const { code, why, hints = [] } = error.problems[0]
    return fail(code, why, hints)
  }
}

/** The fault of this copy, or of the way to it: another warehouse may have a better one. */
function isOfWare(code: ErrorCode): boolean {
  const codes: readonly ErrorCode[] = [
    'warehouse-unavailable',
    'ware-corrupt',
    'inoperable-path',
    // Devices are not covered by the hash: somebody may have put one in.
    'filter-rejection',
  ]
  return codes.includes(code)
}

/** Its first page is there and no archive, or the place has nothing at all. */
function hintsForShelf(address: WarehouseAddress, code: ErrorCode): readonly string[] {
  if (code !== 'ware-corrupt' && code !== 'ware-not-found') return []
  const shelf = spellAsShelf(address)
  return shelf === undefined
    ? []
    : [`if this is a content-addressed warehouse, write it as ${shelf}`]
}

function openIdentifier(
  { wareId, filter, index }: FetchRequest,
  { limits }: TransferContext,
) {
  return createIdentifier({
    ...(filter !== undefined && { filter }),
    ...(index !== undefined && { index }),
    ...(wareId.space === 'legacy' && { space: 'legacy' }),
    maxEntries: limits.entries,
  })
}

function whyWrong(
  { wareId, strictDigest }: FetchRequest,
  identified: Identified,
  claimed: string | undefined,
  context: TransferContext,
): { readonly why: string; readonly hints: readonly string[] } | undefined {
  // The name of a commit has been checked by reading it.
  if (wareId.space !== 'git' && identified.hash !== wareId.hash) {
    const why = `it holds another fileset: ${wareId.packtype}:${identified.hash}`
    return { why, hints: [] }
  }
  const digests = { found: identified.strictDigest, known: strictDigest, claimed }
  return whyOtherDigest(wareId, digests, context)
}

function describe(
  { wareId }: FetchRequest,
  { filteredHash, strictDigest, index, programMachine }: Identified,
  from: Pick<Fetched, 'address' | 'bytes' | 'compression'>,
): Fetched {
  const filteredId = wareId.space === 'git' ? wareId : { ...wareId, hash: filteredHash }
  return {
    filteredId,
    strictDigest,
    ...(index !== undefined && { index }),
    ...(programMachine !== undefined && { programMachine }),
    ...from,
  }
}

function taskOf(wareId: WareId): string {
  return `fetch ${formatWareId(wareId)}`
}

function tell(
  { address, code, why }: Failure,
  { wareId }: FetchRequest,
  context: TransferContext,
) {
  context.report({
    kind: 'log',
    level: code === 'ware-not-found' ? 'info' : 'warn',
    message: `${quoteAddress(address.text)}: ${why}`,
    detail: [
      ['wareID', formatWareId(wareId)],
      ['category', code],
    ],
  })
}

/** The gravest first: wrong bytes say more than none. */
const ranks: readonly ErrorCode[] = [
  'ware-hash-mismatch',
  'ware-corrupt',
  'inoperable-path',
  'filter-rejection',
  'ware-not-found',
  'warehouse-unavailable',
]

function allFailed(wareId: WareId, failures: readonly Failure[]): R2k8sError {
  const code =
    ranks.find((rank) => failures.some((failure) => failure.code === rank)) ??
    'warehouse-unavailable'
  const told = failures.map(({ address, why }) => `${quoteAddress(address.text)}: ${why}`)
  const hints = [...new Set(failures.flatMap((failure) => failure.hints))]
  const why = told.join('; ')
  return new R2k8sError([
    { code, task: taskOf(wareId), why, ...(hints.length > 0 && { hints }) },
  ])
}
