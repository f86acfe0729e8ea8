// HTTP as the adapters see it. `src/http/` does it for real and is passed in, so that warehouses and
// git need no client of their own and tests can stand in for a server that fails on demand.

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** http or https, without user info. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  /** Bytes of a streamed body where known; else it goes out in chunks. */
  readonly bodyLength?: number
  /**
   * `follow` (the default for GET and HEAD) goes along redirects: at most 10, to http and https only,
   * never from https to http, and without `authorization` and cookies to another origin.
   * `none` hands the 3xx answer over.
   */
  readonly redirects?: 'follow' | 'none'
  readonly signal?: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case; of repeated headers the values joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
  /** Where the answer came from, after redirects. */
  readonly url: string
  /** To be read to its end, or let go of by `discard`. Fails when the server falls silent. */
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of what has not been read. Never throws. */
  readonly discard: () => Promise<void>
}

/**
 * One exchange, without retries.
 * @throws HttpFailure when there is no answer: refused, no such name, TLS, silence, abort
 */
export type SendRequest = (request: HttpRequest) => Promise<HttpResponse>

/** Why there was no answer, in words without credentials; `retry` when trying again may help. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly retry: boolean

  constructor(message: string, retry: boolean, options?: ErrorOptions) {
    super(message, options)
    this.retry = retry
  }
}
