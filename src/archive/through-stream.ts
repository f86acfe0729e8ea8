// Bytes through one of zlib's streams, with its errors in our words.

import { Readable, type Transform } from 'node:stream'
import { corruptWare } from '../ware/ware-problems.ts'
import { systemErrorCode } from '../system-error.ts'

/** @param what names the compression, for messages */
export async function* throughStream(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  what: string,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source, { objectMode: false, highWaterMark: 512 * 1024 })
  // Whatever fails on either side ends the other.
  input.on('error', (error) => transform.destroy(error))
  input.pipe(transform)
  try {
    for await (const chunk of transform) yield chunk
  } catch (error) {
    throw explainZlib(error, what)
  } finally {
    transform.destroy()
    input.destroy()
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
