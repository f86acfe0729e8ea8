// One exchange with the API server after another, over one pool of connections.

import type { Dispatcher } from 'undici'
import type { ClusterAccess } from './cluster-access.ts'
import { startDeadline } from './deadline.ts'
import { makeDispatcher } from './dispatcher.ts'
import { readRetryAfter } from '../host/retry-after.ts'
import { backOff, mostTries, pauseOnClock, type Pause } from '../host/pause.ts'
import { systemErrorCode } from '../system-error.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Begins with a slash; names are encoded already. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
  /** Longest time without a byte of the answer, in milliseconds; 0 for streams that may be quiet. */
  readonly silence?: number
}

export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** To be read to its end or destroyed. */
  readonly body: Dispatcher.ResponseData['body']
}

export interface ApiConnection {
  readonly access: ClusterAccess
  /**
   * Tried again when the server asks for it (429, 503 with Retry-After), and when there was no answer
   * to what changes nothing. @throws Error of the connection as it is
   */
  readonly send: (request: ApiRequest) => Promise<ApiResponse>
  /** Breaks off what is under way. */
  readonly close: () => Promise<void>
}

export interface ConnectionOptions {
  readonly userAgent: string
  /**
   * In milliseconds, for all of one request but a stream, tries and answer included; 0 for no limit.
   * Without it, no try is silent for more than 30 s.
   */
  readonly timeout?: number
  readonly pause?: Pause
  /** Told of every answer. */
  readonly onExchange?: (exchange: Exchange) => void
}

export interface Exchange {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly status: number
  /** Until the head of the answer was there. */
  readonly milliseconds: number
}

const longestPause = 30_000

export function openConnection(
  access: ClusterAccess,
  options: ConnectionOptions,
): ApiConnection {
  const { pause = pauseOnClock, timeout = 30_000 } = options
  const dispatcher = makeDispatcher(access, timeout)
  const base = new URL(access.server)

  async function exchange(request: ApiRequest, renewed: boolean): Promise<ApiResponse> {
    const { method, headers, body = null, signal, silence = timeout } = request
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) query.set(name, value)
    }
    const search = query.size === 0 ? '' : `?${query.toString()}`
    const began = performance.now()
    const answer = await dispatcher.request({
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/, '')}${request.path}${search}`,
      method,
      headers: {
        'user-agent': options.userAgent,
        accept: 'application/json',
        ...headers,
        ...(await access.credentials(renewed)),
      },
      body,
      headersTimeout: silence,
      bodyTimeout: silence,
      ...(signal !== undefined && { signal }),
    })
    answer.body.on('error', () => undefined) // told to whoever reads
    options.onExchange?.({
      method,
      path: `${request.path}${search}`,
      status: answer.statusCode,
      milliseconds: performance.now() - began,
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }

  async function send(request: ApiRequest): Promise<ApiResponse> {
    const { silence, signal: cancelled } = request
    const limit = silence === undefined ? options.timeout : undefined
    const { signal, left } = startDeadline(limit, cancelled)
    const bounded = { ...request, ...(signal !== undefined && { signal }) }
    let renewed = false
    for (let tries = 1; ; tries++) {
      let wait: number | undefined
      try {
        const response = await exchange(bounded, renewed)
        wait = pauseAfter(response, tries)
        if (response.status === 401 && !renewed) {
          renewed = true
          wait = 0
        }
        const isLast = tries >= mostTries && wait !== 0
        if (wait === undefined || isLast || wait >= left()) return response
        await response.body.dump()
      } catch (error) {
        const mayRepeat = request.method === 'GET' || isNotSent(error)
        wait = backOff(tries)
        const isOver = signal?.aborted === true || wait >= left()
        if (!mayRepeat || tries >= mostTries || isOver) throw error
      }
      await pause(wait, signal)
    }
  }

  return { access, send, close: () => dispatcher.destroy() }
}

/** In milliseconds; undefined when the answer stands. */
function pauseAfter({ status, headers }: ApiResponse, tries: number): number | undefined {
  if (status !== 429 && status !== 503 && status !== 504) return undefined
  const asked = headers['retry-after']
  // Without it, the server does not say that another try is safe.
  if (asked === undefined && status !== 429) return undefined
  const wait = readRetryAfter(String(asked ?? ''), Date.now()) ?? backOff(tries)
  return wait > longestPause ? undefined : Math.max(wait, 50)
}

/** The server cannot have seen it. */
function isNotSent(error: unknown): boolean {
  const code = systemErrorCode(error)
  return (
    code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'EAI_AGAIN'
  )
}
