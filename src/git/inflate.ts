// Inflates zlib data that lies somewhere in a file, its end unknown.

import { Readable } from 'node:stream'
import { createInflate, inflateSync } from 'node:zlib'
import { corruptWare } from '../ware/ware-problems.ts'
import { windowSize, type RandomFile } from './random-file.ts'

/** Streams cost some 100 µs each, and most objects are small. */
const mostAtOnce = windowSize - 1024

/**
 * Hands over the `size` bytes that lie deflated at `offset`.
 * @returns the offset behind the deflated data
 * @throws R2k8sError ware-corrupt for other data, or for more or fewer bytes
 */
export async function inflateAt(
  file: RandomFile,
  place: { readonly offset: number; readonly size: number },
  write: (chunk: Uint8Array) => void,
): Promise<number> {
  const { offset, size } = place
  const whole = size <= mostAtOnce ? inflateWhole(file, place) : undefined
  if (whole !== undefined) {
    write(whole.bytes)
    return offset + whole.consumed
  }
  let written = 0
  const stream = inflateStream(file, offset)
  for await (const chunk of stream.chunks()) {
    written += chunk.length
    if (written > size) break
    write(chunk)
  }
  if (written !== size) throw wrongSize()
  return offset + stream.consumed()
}

/** Undefined when the deflated data is longer than any sensible program would make it. */
function inflateWhole(
  file: RandomFile,
  { offset, size }: { readonly offset: number; readonly size: number },
): { bytes: Uint8Array; consumed: number } | undefined {
  const longest = size + Math.ceil(size / 1000) + 64
  const input = file.readUpTo(offset, longest)
  let result: unknown
  try {
    result = inflateSync(input, {
      info: true,
      maxOutputLength: size + 1,
      chunkSize: Math.max(64, size + 1),
    })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'Z_BUF_ERROR' && input.length === longest) return undefined
    if (code === 'ERR_BUFFER_TOO_LARGE') throw wrongSize()
    throw explainZlib(error)
  }
  const { buffer, engine } = result as InflateInfo // what the option `info` gives
  if (buffer.length !== size) throw wrongSize()
  return { bytes: buffer, consumed: engine.bytesWritten }
}

interface InflateInfo {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

const pieceSize = 128 * 1024

export interface InflateStream {
  readonly chunks: () => AsyncGenerator<Buffer>
  /** Deflated bytes, once all chunks have been read. */
  readonly consumed: () => number
}

export function inflateStream(file: RandomFile, start: number): InflateStream {
  const inflate = createInflate({ chunkSize: pieceSize })
  async function* chunks() {
    const source = Readable.from(piecesFrom(file, start), { objectMode: false })
    source.on('error', (error) => inflate.destroy(error))
    try {
      for await (const chunk of source.pipe(inflate)) yield chunk as Buffer // zlib gives no else
    } catch (error) {
      throw explainZlib(error)
    } finally {
      source.destroy()
      inflate.destroy()
    }
  }
  return { chunks, consumed: () => inflate.bytesWritten }
}

/** Copies: the stream keeps them while others read from the file. */
function* piecesFrom(file: RandomFile, start: number): Generator<Buffer> {
  for (let at = start; at < file.size; at += pieceSize) {
    yield Buffer.from(file.readUpTo(at, pieceSize))
  }
}

/** What is no complaint of zlib stays as it is. */
function explainZlib(error: unknown): unknown {
  const code = codeOf(error)
  if (code?.startsWith('Z_') !== true) return error
  return corruptWare('an object of git cannot be inflated', [], error)
}

function wrongSize() {
  return corruptWare('an object of git inflates to another size than it announces')
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
