// A ware over HTTP, in spite of connections that break: continued where they broke, never a mixture
// of two versions.

import { backOff, mostTries } from '../host/pause.ts'
import { HttpFailure, type HttpRequest, type HttpResponse } from '../http-exchange.ts'
import { readInParallel, type ParallelTuning } from './parallel-ranges.ts'
import {
  isContinuation,
  versionOf,
  whollySame,
  type ContentVersion,
} from './content-version.ts'
import { sendWithRetries, waitFor } from './retry.ts'
import { throwIfCancelled, unavailable } from './warehouse-problems.ts'
import type { OpenOutcome, StoredWare, WarehouseContext } from './warehouse.ts'

export interface DownloadSource {
  /** A GET with these headers besides its own. */
  readonly request: (
    headers: Readonly<Record<string, string>>,
  ) => HttpRequest | Promise<HttpRequest>
  /** What an answer other than 200 means. Lets go of its body. */
  readonly explain: (response: HttpResponse) => Promise<OpenOutcome>
}

const usualTuning: ParallelTuning = {
  threshold: 32 * 1024 * 1024,
  segment: 1 * 1024 * 1024,
  connections: 4,
}

export async function openDownload(
  source: DownloadSource,
  context: WarehouseContext,
  tuning: ParallelTuning = usualTuning,
): Promise<OpenOutcome> {
  const stop = new AbortController()
  const signal =
    context.signal === undefined
      ? stop.signal
      : AbortSignal.any([context.signal, stop.signal])
  const download: Download = { source, context: { ...context, signal }, tuning, stop }
  let response: HttpResponse
  try {
    response = await sendWithRetries(() => source.request({}), download.context)
  } catch (error) {
    if (error instanceof HttpFailure) return { kind: 'unavailable', why: error.message }
    throw error
  }
  if (response.status !== 200) return await source.explain(response)
  return { kind: 'found', ware: storedWare(response, download) }
}

interface Download {
  readonly source: DownloadSource
  /** With a signal of this download alone, on top of the caller's. */
  readonly context: WarehouseContext
  readonly tuning: ParallelTuning
  readonly stop: AbortController
}

function storedWare(first: HttpResponse, download: Download): StoredWare {
  const version = versionOf(first)
  async function* bytes() {
    try {
      yield* deliver(first, version, download)
    } finally {
      download.stop.abort()
    }
  }
  const close = async () => {
    download.stop.abort()
    await first.discard()
  }
  return { size: version.size, bytes: bytes(), close }
}

/** So much has to arrive for a broken connection to be forgiven. */
const progress = 1024 * 1024

async function* deliver(
  first: HttpResponse,
  version: ContentVersion,
  download: Download,
): AsyncGenerator<Uint8Array> {
  const { context } = download
  let response: HttpResponse | undefined = first
  let offset = 0
  if (isForParallel(version, download.tuning)) {
    offset = yield* readInParallel({ first, version, ...download })
    if (offset === version.size) return
    response = undefined
  }
  let failures = 0
  let forgiven = offset
  let why = ''
  for (;;) {
    if (response !== undefined) {
      const end = yield* readOn(response, offset, { version, context })
      if (end.failure === undefined) return
      ;({ offset } = end)
      why = end.failure.message
      if (!end.failure.retry) throw unavailable(why, end.failure)
    }
    if (offset - forgiven >= progress) {
      forgiven = offset
      failures = 0
    }
    failures++
    if (version.validator === undefined) {
      throw unavailable(`${why}, and it offers no way to go on from there`)
    }
    if (failures > mostTries) throw unavailable(why)
    if (response !== undefined) await waitFor(backOff(failures), context)
    response = await requestRest(offset, version, download)
  }
}

function isForParallel(version: ContentVersion, tuning: ParallelTuning): boolean {
  const { size, etag, acceptsRanges } = version
  return (
    size !== undefined && size > tuning.threshold && acceptsRanges && etag !== undefined
  )
}

interface ReadEnd {
  readonly offset: number
  readonly failure?: HttpFailure
}

/** Until the ware is whole, or the connection broke. A body from the start on is skipped up to `offset`. */
async function* readOn(
  response: HttpResponse,
  offset: number,
  about: { readonly version: ContentVersion; readonly context: WarehouseContext },
): AsyncGenerator<Uint8Array, ReadEnd> {
  const { size } = about.version
  let position = response.status === 206 ? offset : 0
  try {
    for await (const chunk of response.body) {
      const skipped = Math.min(Math.max(offset - position, 0), chunk.length)
      position += chunk.length
      if (size !== undefined && position > size) {
        throw unavailable('it sends more bytes than it announced')
      }
      if (skipped < chunk.length) yield chunk.subarray(skipped)
    }
  } catch (error) {
    throwIfCancelled(about.context.signal)
    if (!(error instanceof HttpFailure)) throw error
    return { offset: Math.max(offset, position), failure: error }
  }
  const reached = Math.max(offset, position)
  if (position >= offset && (size === undefined || position === size)) {
    return { offset: reached }
  }
  const failure = new HttpFailure(`it sends ${position} of ${size ?? offset} bytes`, true)
  return { offset: reached, failure }
}

async function requestRest(
  offset: number,
  version: ContentVersion,
  { source, context }: Download,
): Promise<HttpResponse> {
  const headers = {
    range: `bytes=${offset}-`,
    ...(version.validator !== undefined && { 'if-range': version.validator }),
  }
  let response: HttpResponse
  try {
    response = await sendWithRetries(() => source.request(headers), context)
  } catch (error) {
    if (error instanceof HttpFailure) throw unavailable(error.message, error)
    throw error
  }
  const from = { start: offset, end: version.size }
  if (isContinuation(response, version, from) || whollySame(response, version)) {
    return response
  }
  if ([200, 206, 412, 416].includes(response.status)) {
    await response.discard()
    throw unavailable('the ware changed there while it was fetched')
  }
  const outcome = await source.explain(response)
  const reason =
    outcome.kind === 'found' ? 'it answers in an unexpected way' : outcome.why
  throw unavailable(`${reason}, when asked for the rest after ${offset} bytes`)
}
