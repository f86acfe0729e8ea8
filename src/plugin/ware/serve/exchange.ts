// One request with its answer, and the short answers that every part of the server gives.

import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Whether the client waits for word before it sends its body. */
  awaitsContinue: boolean
  /** Of the ware, in either direction, so far: for the log. */
  bodyBytes: () => number
  /** The client has been given everything, whether or not it stayed for the end. */
  isAnswered: boolean
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text with its newline, or what becomes JSON. */
  readonly body: string | Readonly<Record<string, string>>
}

/**
 * Answers, even before the body has come; then the connection ends with the answer, since what
 * follows on it would be the rest of that body.
 */
export function answer(exchange: Exchange, given: Answer): void {
  const { request, response } = exchange
  if (response.headersSent || response.destroyed) return
  const isText = typeof given.body === 'string'
  const text = isText ? given.body : `${JSON.stringify(given.body)}\n`
  const isEarly = hasBody(exchange) && !request.complete
  response.writeHead(given.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    // What is not there now may be uploaded in a moment.
    'cache-control': 'no-store',
    ...given.headers,
    ...(isEarly && { connection: 'close' }),
  })
  if (request.method !== 'HEAD') response.write(text)
  exchange.isAnswered = true
  if (isEarly && !exchange.awaitsContinue) linger(exchange)
  else response.end()
}

/** More is not read for a client that does not listen. */
const lingerBytes = 16 * 1024 * 1024
const lingerMilliseconds = 2000

/**
 * Reads and drops what the client still sends, for a while: a connection that is reset under its
 * hands would take the answer with it.
 */
function linger({ request, response }: Exchange): void {
  let left = lingerBytes
  const end = () => {
    response.end()
  }
  const timer = setTimeout(end, lingerMilliseconds)
  response.once('close', () => {
    clearTimeout(timer)
  })
  request.once('end', end)
  request.once('error', end)
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) end()
  })
  request.resume()
}

function hasBody({ request: { headers } }: Exchange): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    !['0', undefined].includes(headers['content-length'])
  )
}
