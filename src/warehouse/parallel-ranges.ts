// A big ware over several connections at once, in order. One connection rarely fills a long line.

import { HttpFailure, type HttpResponse } from '../http-exchange.ts'
import { isContinuation, type ContentVersion } from './content-version.ts'
import type { DownloadSource } from './download.ts'
import { sendWithRetries } from './retry.ts'
import type { WarehouseContext } from './warehouse.ts'

/** Memory stays below `segment` × (`connections` + 1). */
export interface ParallelTuning {
  /** Bytes a ware must have for this to pay. */
  readonly threshold: number
  /** Bytes per request. */
  readonly segment: number
  readonly connections: number
}

export interface ParallelDownload {
  /** An answer with the whole ware, of which only the first segment is used. */
  readonly first: HttpResponse
  readonly version: ContentVersion
  readonly source: DownloadSource
  readonly context: WarehouseContext
  readonly tuning: ParallelTuning
}

/**
 * Whole segments are held in memory rather than open connections: a server gives up on one that
 * nobody reads from for a while.
 * @returns the offset that was reached: less than all when anything is not as it should be
 */
export async function* readInParallel(
  download: ParallelDownload,
): AsyncGenerator<Uint8Array, number> {
  const { segment, connections } = download.tuning
  const size = download.version.size ?? 0
  const underWay: Promise<Uint8Array[] | undefined>[] = []
  let next = segment
  const launch = () => {
    while (underWay.length < connections - 1 && next < size) {
      const end = Math.min(next + segment, size)
      const fetching = fetchSegment({ start: next, end }, download)
      // It may fail before its turn comes; then it is told, if anybody still reads.
      fetching.catch(() => undefined)
      underWay.push(fetching)
      next = end
    }
  }
  launch()
  let offset = yield* readStart(download.first, Math.min(segment, size))
  if (offset < Math.min(segment, size)) return offset
  for (;;) {
    const chunks = await underWay.shift()
    if (chunks === undefined) return offset
    launch()
    for (const chunk of chunks) {
      offset += chunk.length
      yield chunk
    }
  }
}

async function* readStart(
  response: HttpResponse,
  wanted: number,
): AsyncGenerator<Uint8Array, number> {
  let offset = 0
  try {
    for await (const chunk of response.body) {
      const taken = chunk.subarray(0, wanted - offset)
      offset += taken.length
      yield taken
      if (offset === wanted) break
    }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
  }
  return offset
}

/** Undefined when the server does not give exactly this part of exactly this version. */
async function fetchSegment(
  range: { readonly start: number; readonly end: number },
  { source, version, context }: ParallelDownload,
): Promise<Uint8Array[] | undefined> {
  const headers = {
    range: `bytes=${range.start}-${range.end - 1}`,
    'if-range': version.validator ?? '',
  }
  try {
    const response = await sendWithRetries(() => source.request(headers), context)
    if (!isContinuation(response, version, range)) {
      await response.discard()
      return undefined
    }
    return await collect(response, range.end - range.start)
  } catch (error) {
    if (error instanceof HttpFailure) return undefined
    throw error
  }
}

async function collect(
  response: HttpResponse,
  wanted: number,
): Promise<Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > wanted) return undefined
    chunks.push(chunk)
  }
  return length === wanted ? chunks : undefined
}
