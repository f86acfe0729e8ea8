// A stream of bytes that can be looked at a little ahead and taken in pieces.

import { Buffer } from 'node:buffer'
import { corruptWare } from '../ware/ware-problems.ts'

export interface ByteQueue {
  /** Waits until that many bytes are there; false when the stream ends before. */
  readonly has: (count: number) => Promise<boolean>
  /** The byte at that distance, of those that `has` has made sure of. */
  readonly at: (index: number) => number
  readonly take: (count: number) => Uint8Array
  /** What is at hand. */
  readonly takeAll: () => Uint8Array
  /** Any number of bytes, as they come. @throws R2k8sError ware-corrupt when the stream ends before */
  readonly takeStream: (count: number) => AsyncGenerator<Uint8Array>
  readonly skip: (count: number) => Promise<void>
  readonly close: () => Promise<void>
}

export function createByteQueue(source: AsyncIterable<Uint8Array>): ByteQueue {
  const iterator = source[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  async function has(count: number): Promise<boolean> {
    while (held.length < count) {
      const next = await iterator.next()
      if (next.done === true) return false
      held = held.length === 0 ? next.value : Buffer.concat([held, next.value])
    }
    return true
  }

  function take(count: number): Uint8Array {
    const taken = held.subarray(0, count)
    held = held.subarray(count)
    return taken
  }

  async function* takeStream(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0;) {
      if (!(await has(1))) throw corruptWare('the archive ends in the middle')
      const part = take(Math.min(left, held.length))
      left -= part.length
      yield part
    }
  }

  async function skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      if (!(await has(1))) throw corruptWare('the archive ends in the middle')
      left -= take(Math.min(left, held.length)).length
    }
  }

  return {
    has,
    at: (index) => held[index] ?? 0,
    take,
    takeAll: () => take(held.length),
    takeStream,
    skip,
    close: async () => {
      await iterator.return?.()
    },
  }
}
