// The body of an upload on its way through two hands: each piece is written to the file first, then
// given to the reader of the archive.

import type { FileHandle } from 'node:fs/promises'
import type { Exchange } from './exchange.ts'

export interface UploadBody {
  /** What the reader gets. It may stop before the end. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Stores what the reader did not want. */
  readonly readRest: () => Promise<void>
  /** Why the body could not be had or stored, if that is what went wrong. */
  readonly ended: () => BodyEnd | undefined
  /** Lets go of the request, which stays open for the answer. */
  readonly release: () => Promise<void>
}

export type BodyEnd =
  { readonly outcome: 'gone' | 'too-large' } | { readonly error: unknown }

export function openUploadBody(
  exchange: Exchange,
  file: FileHandle,
  maxBytes: number,
): UploadBody {
  const { request, response } = exchange
  const source = request.iterator({ destroyOnReturn: false })
  let bytes = 0
  exchange.bodyBytes = () => bytes
  let end: BodyEnd | undefined
  let isOver = false

  async function next(): Promise<Uint8Array | undefined> {
    if (end !== undefined) throw stop(end)
    if (isOver) return undefined
    if (exchange.awaitsContinue) {
      exchange.awaitsContinue = false
      response.writeContinue()
    }
    const chunk = await receive()
    if (chunk === undefined) {
      isOver = true
      // The client waits for us from here on: its silence means nothing.
      request.socket.setTimeout(0)
      return undefined
    }
    bytes += chunk.length
    if (bytes > maxBytes) throw stop({ outcome: 'too-large' })
    try {
      await file.appendFile(chunk)
    } catch (error) {
      throw stop({ error })
    }
    return chunk
  }

  async function receive(): Promise<Uint8Array | undefined> {
    try {
      const step: IteratorResult<unknown, unknown> = await source.next()
      return step.value instanceof Uint8Array ? step.value : undefined
    } catch {
      // Whatever the stream says of it, the connection is no more.
      throw stop({ outcome: 'gone' })
    }
  }

  function stop(reason: BodyEnd): Error {
    isOver = true
    end ??= reason
    return new Error('the upload has ended early')
  }

  return {
    bytes: each(next),
    readRest: async () => {
      while ((await next()) !== undefined);
    },
    ended: () => end,
    release: async () => {
      isOver = true
      await source.return?.()
    },
  }
}

async function* each(next: () => Promise<Uint8Array | undefined>) {
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk
}
