// GET and HEAD of a ware: the blob or one range of it, in a stream that waits for its reader.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { readRange, type ByteRange } from './byte-range.ts'
import type { Exchange } from './exchange.ts'
import { checkPreconditions, rangeStillHolds } from './preconditions.ts'
import type { StoredBlob } from './stored-blob.ts'

/** Per download in flight. */
const chunkBytes = 128 * 1024

/** Closes the blob's file in every case. */
export async function sendBlob(exchange: Exchange, blob: StoredBlob): Promise<void> {
  try {
    const { request, response } = exchange
    const range = describeAnswer(request, response, blob)
    if (range === undefined) response.end()
    else await streamRange(exchange, blob, range)
  } finally {
    await blob.file.close()
  }
}

/** Sets status and headers; what is to be sent, if anything. */
function describeAnswer(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  blob: StoredBlob,
): ByteRange | undefined {
  const { size, etag, modifiedSeconds } = blob
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('etag', etag)
  response.setHeader('last-modified', new Date(modifiedSeconds * 1000).toUTCString())
  // What lies between must not compress again: ranges would no longer fit.
  response.setHeader('cache-control', 'public, no-transform')
  const verdict = checkPreconditions(headers, blob)
  if (verdict !== 'go') {
    response.statusCode = verdict
    if (verdict === 412) response.setHeader('content-length', 0)
    return undefined
  }
  response.setHeader('content-type', 'application/octet-stream')
  const isRead = method === 'GET'
  const range =
    isRead && rangeStillHolds(headers, blob) ? readRange(headers.range, size) : 'whole'
  if (range === 'beyond') {
    response.statusCode = 416
    response.setHeader('content-range', `bytes */${size}`)
    response.setHeader('content-length', 0)
    return undefined
  }
  if (range === 'whole') {
    response.setHeader('content-length', size)
    return isRead && size > 0 ? { first: 0, last: size - 1 } : undefined
  }
  response.statusCode = 206
  response.setHeader('content-range', `bytes ${range.first}-${range.last}/${size}`)
  response.setHeader('content-length', range.last - range.first + 1)
  return range
}

/**
 * One buffer for all of it, used again as soon as its bytes have left: a stream would make a new one
 * for each piece, and garbage faster than it is collected.
 */
async function streamRange(
  exchange: Exchange,
  { file }: StoredBlob,
  { first, last }: ByteRange,
): Promise<void> {
  const { response } = exchange
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, last - first + 1))
  const connection = watchConnection(exchange)
  let at = first
  exchange.bodyBytes = () => at - first
  try {
    while (at <= last) {
      const wanted = Math.min(buffer.length, last - at + 1)
      const { bytesRead } = await file.read(buffer, 0, wanted, at)
      if (bytesRead === 0) {
        // Cut short meanwhile: only the end of the connection tells the client.
        response.destroy()
        return
      }
      await connection.write(buffer.subarray(0, bytesRead))
      if (connection.isClosed()) return
      at += bytesRead
    }
    response.end()
  } finally {
    connection.release()
  }
}

interface WatchedConnection {
  /** Done when the bytes have left, or never will. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  readonly isClosed: () => boolean
  readonly release: () => void
}

/** An answer that waits behind others of its connection is not told when that ends: the socket is. */
function watchConnection({ request, response }: Exchange): WatchedConnection {
  const { socket } = request
  let finish: () => void = () => undefined
  const onClose = (): void => {
    finish()
  }
  socket.once('close', onClose)
  const isClosed = () => socket.destroyed || response.destroyed
  return {
    isClosed,
    release: () => {
      socket.off('close', onClose)
    },
    write: (chunk) =>
      new Promise((done) => {
        finish = done
        if (isClosed()) done()
        else
          response.write(chunk, () => {
            done()
          })
      }),
  }
}
