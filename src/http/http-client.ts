// HTTP for warehouses and git: proxies, extra CA files, redirects and time limits, over undici.

import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import {
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
  type SendRequest,
} from '../http-exchange.ts'
import { openConnections, type Connections, type Env } from './connections.ts'
import { explainFailure, explainSlowness } from './explain-failure.ts'
import { followRedirect, hostsOf } from './follow-redirect.ts'
import { keepPace, type Pace } from './keep-pace.ts'

export interface HttpClientOptions {
  /** Asked for `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, `R2K8S_CA_FILE` and `SSL_CERT_FILE`. */
  readonly env: Env
  /** Certificates that are trusted besides the usual ones, PEM. */
  readonly caFiles?: readonly string[]
  readonly userAgent: string
  /** The longest wait for the next byte of an answer; 30 unless told. */
  readonly silenceSeconds?: number
  /** The longest wait for a connection, TLS included; 10 unless told. */
  readonly connectSeconds?: number
  /** A slower answer counts as a broken one; 4 KiB in 60 seconds unless told. */
  readonly leastPace?: Pace
}

export interface HttpClient {
  readonly send: SendRequest
  /** Breaks off what is still under way. */
  readonly close: () => Promise<void>
}

const mostRedirects = 10

export function createHttpClient(options: HttpClientOptions): HttpClient {
  let opening: Promise<Connections> | undefined
  const connect = () => (opening ??= openConnections(options))
  return {
    send: async (request) => {
      if (request.signal?.aborted === true) throw cancelled(request.signal)
      const connections = await connect()
      const visited = [new URL(request.url)]
      for (let current = request; ;) {
        const response = await exchange(current, connections, options.userAgent)
        const next = followRedirect(current, response)
        if (next === undefined) return response
        await response.discard()
        visited.push(new URL(next.url))
        if (visited.length > mostRedirects + 1) {
          throw new HttpFailure(
            `more than ${mostRedirects} redirects: ${hostsOf(visited)}`,
            false,
          )
        }
        current = next
      }
    },
    close: async () => {
      // Connections that never came to be need no closing; who asked for them was told why.
      const connections = await opening?.catch(() => undefined)
      await connections?.close()
    },
  }
}

async function exchange(
  request: HttpRequest,
  connections: Connections,
  userAgent: string,
): Promise<HttpResponse> {
  const url = new URL(request.url)
  const { dispatcher, proxy } = connections.routeTo(url)
  const { leastPace } = connections
  const place = { url, proxy, limits: connections.limits, signal: request.signal }
  try {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      // Compression on the way would change the bytes of a ware, and lengths and ranges with them.
      headers: {
        'user-agent': userAgent,
        'accept-encoding': 'identity',
        ...request.headers,
        ...lengthHeader(request),
      },
      body: bodyStream(request.body),
      headersTimeout: connections.limits.silence,
      bodyTimeout: connections.limits.silence,
      ...(request.signal !== undefined && { signal: request.signal }),
    })
    // What goes wrong while nobody reads is told to the one who reads later.
    answer.body.on('error', () => undefined)
    return {
      status: answer.statusCode,
      headers: joinHeaders(answer.headers),
      url: request.url,
      ...bodyOf(answer.body, {
        pace: (body) =>
          keepPace(body, leastPace, () => explainSlowness(place, leastPace)),
        explain: (error) => explainFailure(error, place),
      }),
    }
  } catch (error) {
    throw explainFailure(error, place)
  }
}

function lengthHeader({ body, bodyLength }: HttpRequest): Record<string, string> {
  const length = body instanceof Uint8Array ? body.length : bodyLength
  return length === undefined ? {} : { 'content-length': String(length) }
}

const pieceSize = 64 * 1024

/** In pieces: each one that leaves shows that the server is not silent. */
function bodyStream(body: HttpRequest['body']): Readable | Uint8Array | null {
  if (body === undefined) return null
  if (!(body instanceof Uint8Array)) return Readable.from(body, { objectMode: false })
  return body.length <= pieceSize
    ? body
    : Readable.from(piecesOf(body), { objectMode: false })
}

function* piecesOf(body: Uint8Array): Iterable<Buffer> {
  for (let start = 0; start < body.length; start += pieceSize) {
    const size = Math.min(pieceSize, body.length - start)
    yield Buffer.from(body.buffer, body.byteOffset + start, size)
  }
}

function joinHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const joined = Object.entries(headers).map(([name, value = '']) => [
    name.toLowerCase(),
    typeof value === 'string' ? value : value.join(', '),
  ])
  return Object.fromEntries(joined) as Record<string, string> // two texts per row, see above
}

/** Below it is cheaper to read an unwanted rest than to connect anew. */
const cheapRest = 64 * 1024
const longestRest = 1000

interface RawBody extends Readable {
  dump(options: { limit: number; signal: AbortSignal }): Promise<unknown>
}

interface BodyRules {
  readonly pace: (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
  readonly explain: (error: unknown) => unknown
}

function bodyOf(
  raw: RawBody,
  { pace, explain }: BodyRules,
): Pick<HttpResponse, 'body' | 'discard'> {
  let reading = false
  async function* read() {
    reading = true
    try {
      yield* pace(raw as AsyncIterable<Uint8Array>) // undici gives nothing else
    } catch (error) {
      throw explain(error)
    }
  }
  const discard = async () => {
    if (reading) raw.destroy()
    else {
      const signal = AbortSignal.timeout(longestRest)
      // Nobody wants this body, so it does not matter how it ended.
      await raw.dump({ limit: cheapRest, signal }).catch(() => undefined)
    }
  }
  return { body: read(), discard }
}

function cancelled(signal: AbortSignal): HttpFailure {
  return new HttpFailure('it was cancelled', false, { cause: signal.reason })
}
