// GET and HEAD of a ware: the blob or one range of it, in a stream that waits for its reader.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { readRange, type ByteRange } from './byte-range.ts'
import type { Exchange } from './exchange.ts'
import { checkPreconditions, rangeStillHolds } from './preconditions.ts'
import type { StoredBlob } from './stored-blob.ts'

/** Per download in flight. */
const chunkBytes = 128 * 1024
/** Per write: what a reader has to take within its time to count as one that reads. */
const pieceBytes = 32 * 1024

/** Closes the blob's file in every case. To be called when the answer has the connection to itself. */
export async function sendBlob(
  exchange: Exchange,
  blob: StoredBlob,
  silenceMilliseconds: number,
): Promise<void> {
  try {
    const { request, response } = exchange
    const range = describeAnswer(request, response, blob)
    if (range === undefined) response.end()
    else await streamRange(exchange, { blob, range, silenceMilliseconds })
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

interface Delivery {
  readonly blob: StoredBlob
  readonly range: ByteRange
  readonly silenceMilliseconds: number
}

/**
 * One buffer for all of it, used again as soon as its bytes have left: a stream would make a new one
 * for each piece, and garbage faster than it is collected.
 */
async function streamRange(exchange: Exchange, delivery: Delivery): Promise<void> {
  const { response } = exchange
  const { first, last } = delivery.range
  const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, last - first + 1))
  const reader = watchReader(response, delivery.silenceMilliseconds)
  let at = first
  exchange.bodyBytes = () => at - first
  try {
    while (at <= last) {
      const wanted = Math.min(buffer.length, last - at + 1)
      const { bytesRead } = await delivery.blob.file.read(buffer, 0, wanted, at)
      if (bytesRead === 0) {
        // Cut short meanwhile: only the end of the connection tells the client.
        response.destroy()
        return
      }
      for (let start = 0; start < bytesRead; start += pieceBytes) {
        const piece = buffer.subarray(start, Math.min(start + pieceBytes, bytesRead))
        await reader.write(piece)
        if (reader.isGone()) return
        at += piece.length
      }
    }
    response.end()
  } finally {
    reader.release()
  }
}

interface WatchedReader {
  /** Done when the bytes have left, or never will. */
  readonly write: (piece: Uint8Array) => Promise<void>
  readonly isGone: () => boolean
  readonly release: () => void
}

/**
 * Cuts off a reader that does not read. The timeout of the socket is not enough: the client can put
 * it off by sending, byte by byte, what nobody asked it for.
 */
function watchReader(
  response: ServerResponse,
  silenceMilliseconds: number,
): WatchedReader {
  let finish: (() => void) | undefined
  const settle = (): void => {
    finish?.()
    finish = undefined
  }
  const patience = setTimeout(() => {
    // Between two writes the disk is what takes so long.
    if (finish !== undefined) response.destroy()
  }, silenceMilliseconds)
  response.once('close', settle)
  const isGone = () => response.destroyed || response.socket?.destroyed !== false
  return {
    isGone,
    release: () => {
      clearTimeout(patience)
      response.off('close', settle)
    },
    write: (piece) =>
      new Promise((done) => {
        if (isGone()) {
          done()
          return
        }
        finish = done
        patience.refresh()
        response.write(piece, settle)
      }),
  }
}
