// Which version of a ware an answer belongs to, so that parts of two are never put together.

import type { HttpResponse } from '../http-exchange.ts'

export interface ContentVersion {
  /** In bytes; undefined when the server did not say. */
  readonly size: number | undefined
  /** A strong one only. */
  readonly etag: string | undefined
  /** For `If-Range`; without one nothing can be continued. */
  readonly validator: string | undefined
  readonly acceptsRanges: boolean
}

export function versionOf({ headers }: HttpResponse): ContentVersion {
  const etag = headers['etag']
  const strong = etag !== undefined && /^"[^"]*"$/.test(etag) ? etag : undefined
  const length = headers['content-length'] ?? ''
  return {
    size:
      headers['transfer-encoding'] === undefined && /^\d{1,15}$/.test(length)
        ? Number(length)
        : undefined,
    etag: strong,
    validator: strong ?? headers['last-modified'],
    acceptsRanges: headers['accept-ranges'] === 'bytes',
  }
}

/** Whether this is the part from `start` up to `end` (not included; where known) of that version. */
export function isContinuation(
  response: HttpResponse,
  version: ContentVersion,
  { start, end }: { readonly start: number; readonly end: number | undefined },
): boolean {
  if (response.status !== 206) return false
  const written = response.headers['content-range'] ?? ''
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(written)
  if (range === null || Number(range[1]) !== start) return false
  if (end !== undefined && Number(range[2]) !== end - 1) return false
  const isSameSize =
    range[3] === '*' || version.size === undefined || Number(range[3]) === version.size
  return isSameSize && isSameVersion(response, version)
}

/** Whether this is all of that version, from a server that knows no ranges. */
export function whollySame(response: HttpResponse, version: ContentVersion): boolean {
  if (response.status !== 200 || version.validator === undefined) return false
  const other = versionOf(response)
  return other.size === version.size && other.validator === version.validator
}

/** A part has to repeat its ETag (RFC 9110, 15.3.7), but not its date. */
function isSameVersion({ headers }: HttpResponse, version: ContentVersion): boolean {
  if (version.etag !== undefined) return headers['etag'] === version.etag
  const date = headers['last-modified']
  return date === undefined || date === version.validator
}
