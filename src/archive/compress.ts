// Bytes → compressed blocks on all cores: every block is a gzip member or a zstd frame of its own,
// which readers of either take one after the other. The same bytes give the same result.

import { Buffer } from 'node:buffer'
import { availableParallelism } from 'node:os'
import { constants, gzip, zstdCompress } from 'node:zlib'
import type { Compression } from '../ware/compression.ts'

export type WritableCompression = Extract<Compression, 'none' | 'gzip' | 'zstd'>

export interface Compressor {
  /** Copies the chunk. */
  readonly push: (chunk: Uint8Array) => void
  /** A promise when enough blocks are under way. Rejects when a block could not be written. */
  readonly pause: () => Promise<void> | undefined
  /** Resolves when everything has been written. */
  readonly finish: () => Promise<void>
  /** Resolves when `write` is not being called and will not be. Never rejects. */
  readonly abort: () => Promise<void>
}

export interface CompressorOptions {
  readonly compression: WritableCompression
  /** gzip 1 to 9 (4: 2 % larger than 6, in two thirds of the time), zstd 1 to 19 (3). */
  readonly level?: number
  /** Called with one block after the other, each when the one before has been taken. */
  readonly write: (block: Uint8Array) => Promise<void>
}

const blockBytes = { none: 512 * 1024, gzip: 512 * 1024, zstd: 512 * 1024 }

export function openCompressor(options: CompressorOptions): Compressor {
  const size = blockBytes[options.compression]
  const most = 2 + Math.min(availableParallelism(), 6)
  /** Used again and again: fresh ones would have V8 collect its garbage all the time. */
  const spare: Buffer[] = []
  let block: Buffer = Buffer.allocUnsafeSlow(size)
  let filled = 0
  /** Of each block under way: resolves when it has been written. */
  const turns: Promise<void>[] = []
  let failure: { readonly error: unknown } | undefined
  let isEmpty = true

  function dispatch(): void {
    const compressed = compressBlock(block.subarray(0, filled), options)
    // Its failure is met when its turn to be written comes.
    compressed.catch(() => undefined)
    turns.push(writeInTurn(compressed, { raw: block, before: turns.at(-1) }))
    block = spare.pop() ?? Buffer.allocUnsafeSlow(size)
    filled = 0
    isEmpty = false
  }

  async function writeInTurn(
    compressed: Promise<Uint8Array>,
    { raw, before }: { readonly raw: Buffer; readonly before: Promise<void> | undefined },
  ): Promise<void> {
    try {
      await before
      if (failure !== undefined) return
      await options.write(await compressed)
      // Zlib reads it no more. What is not compressed has gone to the writer, who may keep it.
      if (options.compression !== 'none') spare.push(raw)
    } catch (error) {
      failure ??= { error }
    } finally {
      void turns.shift()
    }
  }

  async function afterBlocks(allowed: number): Promise<void> {
    while (turns.length > allowed) await turns[0]
    if (failure !== undefined) throw failure.error
  }

  return {
    push: (chunk) => {
      if (failure !== undefined) return // the next pause tells of it
      for (let at = 0; at < chunk.length;) {
        const part = chunk.subarray(at, at + size - filled)
        block.set(part, filled)
        filled += part.length
        at += part.length
        if (filled === size) dispatch()
      }
    },
    pause: () =>
      turns.length >= most || failure !== undefined ? afterBlocks(most - 1) : undefined,
    finish: async () => {
      if (filled > 0 || (isEmpty && options.compression !== 'none')) dispatch()
      await afterBlocks(0)
    },
    abort: async () => {
      failure ??= { error: new Error('the archive was given up') }
      while (turns.length > 0) await turns[0]
    },
  }
}

/** Of the header of a gzip member (RFC 1952, 2.3). */
const osByte = 9
const unix = 3

/** Most blocks shrink to less: larger results come in pieces and are copied together. */
const usualResult = 256 * 1024

/** On zlib's threads. */
function compressBlock(
  block: Uint8Array,
  { compression, level }: CompressorOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Uint8Array): void => {
      if (error === null) resolve(result)
      else reject(error)
    }
    switch (compression) {
      case 'none':
        resolve(block)
        return
      case 'gzip':
        gzip(block, { level: level ?? 4, chunkSize: usualResult }, (error, result) => {
          // zlib names the system it runs on.
          if (error === null) result[osByte] = unix
          done(error, result)
        })
        return
      case 'zstd': {
        const params = { [constants.ZSTD_c_compressionLevel]: level ?? 3 }
        zstdCompress(block, { params, chunkSize: usualResult }, done)
      }
    }
  })
}
