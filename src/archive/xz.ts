// xz → bytes, by xz-embedded compiled to WebAssembly. It is loaded when the first such archive comes.

import { ReadableStream } from 'node:stream/web'
import type * as XzLibrary from 'xz-decompress'
import { corruptWare } from '../ware/ware-problems.ts'
import { createPaddingCheck, mostPadding } from './through-stream.ts'

/**
 * Several streams one after the other are one; checks by SHA-256 and filters are not known. The
 * library reads one archive at a time: a second one waits until the first is read or let go of.
 */
export async function* inflateXz(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const XzReadableStream = await loadLibrary()
  const input = watchSource(source)
  const reader = new XzReadableStream(ReadableStream.from(input.bytes())).getReader()
  let finished = false
  let idle = 0
  try {
    for (;;) {
      const next = await reader.read()
      if (next.done) break
      idle = next.value.length === 0 && input.hasEnded() ? idle + 1 : 0
      // It would ask for more for ever.
      if (idle > maxIdle) throw corruptWare('the archive ends in the middle')
      if (next.value.length > 0) yield next.value
    }
    finished = true
    await input.readPadding()
  } catch (error) {
    throw input.failure() ?? explainXz(error)
  } finally {
    if (!finished) await reader.cancel().catch(() => undefined) // what matters has been thrown
    await input.close()
  }
}

const maxIdle = 16
const pieceBytes = 64 * 1024

type Library = Pick<typeof XzLibrary, 'XzReadableStream'>

/** Node gives the exports of such a module as `default`, a bundle by their names. */
async function loadLibrary(): Promise<Library['XzReadableStream']> {
  const found: { XzReadableStream?: Library['XzReadableStream']; default?: Library } =
    await import('xz-decompress')
  const loaded = found.XzReadableStream ?? found.default?.XzReadableStream
  if (loaded === undefined) throw new Error('xz-decompress exports no XzReadableStream')
  return loaded
}

/** The library turns errors of its input into its own, and stops reading when it is done. */
function watchSource(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  let failure: Error | undefined

  async function next(): Promise<Uint8Array | undefined> {
    try {
      const result = await iterator.next()
      if (result.done !== true) return result.value
      ended = true
      return undefined
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }

  return {
    bytes: async function* (): AsyncGenerator<Uint8Array> {
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
        // As much as the library takes at once: else it has input left when ours has ended.
        for (let at = 0; at < chunk.length; at += pieceBytes) {
          yield chunk.subarray(at, at + pieceBytes)
        }
      }
    },
    hasEnded: () => ended,
    failure: () => failure,
    /** Streams may be filled up with zeros. */
    readPadding: async (): Promise<void> => {
      const padding = createPaddingCheck('xz', mostPadding)
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
        padding.add(chunk)
      }
    },
    close: async () => {
      if (!ended && failure === undefined) await iterator.return?.()
    },
  }
}

function explainXz(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'R2k8sError') return error
  const code = /error code (\d+)$/.exec(error.message)?.[1] ?? ''
  return corruptWare(failures[code] ?? 'the xz data is damaged', [], error)
}

/** By the numbers of xz-embedded. */
const failures: Readonly<Record<string, string>> = {
  3: 'the xz data takes more memory than there is',
  4: 'the xz data needs a dictionary of more than 64 MiB',
  5: 'this is no xz data, or something follows it',
  6: 'the xz data has a check or a filter that is not read (SHA-256, or for programs)',
}
