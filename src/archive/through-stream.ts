// Bytes through one of zlib's streams, with its errors in our words.

import type { Transform } from 'node:stream'
import { corruptWare } from '../ware/ware-problems.ts'
import { systemErrorCode } from '../system-error.ts'

export interface ThroughOptions {
  /** Names the compression, for messages. */
  readonly what: string
  /** What may follow the data: zlib itself would take no notice of anything. */
  readonly rest: 'zeros' | 'nothing'
}

type ZlibStream = Transform & {
  /** Bytes taken in, despite its name. */
  readonly bytesWritten: number
}

/** Closes the source, however it ends. Errors of the source pass through. */
export async function* throughStream(
  source: AsyncIterable<Uint8Array>,
  transform: ZlibStream,
  options: ThroughOptions,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  const feeding = feed(iterator, transform, options)
  feeding.catch((error: unknown) => {
    transform.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  try {
    for await (const chunk of transform) yield chunk
    await feeding
  } catch (error) {
    throw explainZlib(error, options.what)
  } finally {
    transform.destroy()
    await iterator.return?.()
  }
}

/** One chunk after the other, so that it is known where zlib has stopped; the next is on its way. */
async function feed(
  iterator: AsyncIterator<Uint8Array>,
  transform: ZlibStream,
  { what, rest }: ThroughOptions,
): Promise<void> {
  const padding = createPaddingCheck(what, rest === 'zeros' ? mostPadding : 0)
  let fed = 0
  let next = iterator.next()
  for (;;) {
    const result = await next
    if (result.done === true) break
    const { value } = result
    next = iterator.next()
    next.catch(() => undefined) // met when its turn comes
    if (value.length === 0) continue
    if (transform.bytesWritten < fed) {
      padding.add(value)
      continue
    }
    await writeTo(transform, value)
    fed += value.length
    const left = fed - transform.bytesWritten
    if (left > 0) padding.add(value.subarray(value.length - left))
  }
  transform.end()
}

function writeTo(transform: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    transform.write(chunk, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}

/** Writers of tapes fill up their last record; more than that is no padding. */
export const mostPadding = 16 * 1024 * 1024

/** Refuses what follows the data, unless it is zeros, and not too many of them. */
export function createPaddingCheck(what: string, most: number) {
  let bytes = 0
  return {
    add: (chunk: Uint8Array): void => {
      bytes += chunk.length
      if (bytes > most || chunk.some((byte) => byte !== 0)) {
        throw corruptWare(`something follows the ${what} data`)
      }
    },
  }
}

/** Errors that are not zlib's own stay as they are. */
export function explainZlib(error: unknown, what: string): unknown {
  const code = systemErrorCode(error) ?? ''
  if (code === 'Z_BUF_ERROR')
    return corruptWare('the archive ends in the middle', [], error)
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return corruptWare(`${what} data inflates to more than it says`, [], error)
  }
  if (!/^(Z_|ZSTD_)/.test(code)) return error
  const why = error instanceof Error ? error.message : code
  return corruptWare(`the ${what} data is damaged (${why.toLowerCase()})`, [], error)
}
