// If-Match, If-None-Match, If-Range and their siblings with dates (RFC 9110 §13).

import type { IncomingHttpHeaders } from 'node:http'

/** What tells one state of a blob from another. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string
  /** Unix time in whole seconds, as far as HTTP dates go. */
  readonly modifiedSeconds: number
}

/** Whether a GET or HEAD goes on (`go`), or the status to answer with. */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  { etag, modifiedSeconds }: Validators,
): 'go' | 304 | 412 {
  const unmodifiedSince = httpSeconds(headers['if-unmodified-since'])
  const modifiedSince = httpSeconds(headers['if-modified-since'])
  if (headers['if-match'] !== undefined) {
    if (!lists(headers['if-match'], etag, 'strong')) return 412
  } else if (unmodifiedSince !== undefined && modifiedSeconds > unmodifiedSince) {
    return 412
  }
  if (headers['if-none-match'] !== undefined) {
    return lists(headers['if-none-match'], etag, 'weak') ? 304 : 'go'
  }
  return modifiedSince !== undefined && modifiedSeconds <= modifiedSince ? 304 : 'go'
}

/** A range is of the blob that the client has a part of, or there is none. */
export function rangeStillHolds(
  headers: IncomingHttpHeaders,
  { etag, modifiedSeconds }: Validators,
): boolean {
  const condition = headers['if-range']
  if (typeof condition !== 'string') return true
  if (/^(?:W\/)?"/.test(condition)) return condition === etag
  return httpSeconds(condition) === modifiedSeconds
}

function lists(header: string, etag: string, strength: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true
  // Ours hold no commas, so none of theirs that does can be meant.
  const tags = header.split(',').map((tag) => tag.trim())
  return tags.some(
    (tag) => (strength === 'weak' ? tag.replace(/^W\//, '') : tag) === etag,
  )
}

function httpSeconds(header: string | undefined): number | undefined {
  const milliseconds = header === undefined ? NaN : Date.parse(header)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
