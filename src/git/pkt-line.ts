// The packets that git's protocol is made of: four hexadecimal digits of length, then the data.

import { Buffer } from 'node:buffer'
import { interrupted, unavailable } from './refusal.ts'

export type Packet =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** `end` is that of the stream. */
  | { readonly kind: 'flush' }
  | { readonly kind: 'delimiter' }
  | { readonly kind: 'end' }

export interface PacketReader {
  /** The bytes are valid until the next call. */
  readonly next: () => Promise<Packet>
  /** What follows, without packets. */
  readonly rest: () => AsyncGenerator<Uint8Array>
}

/** The flush packet. */
export const flush = '0000'
export const delimiter = '0001'

export function packet(line: string): string {
  const text = `${line}\n`
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text
}

/** The data as a line of text. */
export function lineOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\n$/, '')
}

export function createPacketReader(body: AsyncIterable<Uint8Array>): PacketReader {
  const chunks = body[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)

  /** Fewer bytes at the end only. */
  async function take(length: number): Promise<Buffer> {
    while (buffer.length < length) {
      const chunk = await chunks.next()
      if (chunk.done === true) break
      buffer =
        buffer.length === 0 ? viewOf(chunk.value) : Buffer.concat([buffer, chunk.value])
    }
    const taken = buffer.subarray(0, length)
    buffer = buffer.subarray(taken.length)
    return taken
  }

  async function next(): Promise<Packet> {
    const digits = (await take(4)).toString('latin1')
    if (digits === '') return { kind: 'end' }
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      if (digits.length < 4) throw cutOff()
      throw unavailable('the server answers with something else than the protocol of git')
    }
    const length = Number.parseInt(digits, 16)
    if (length === 0) return { kind: 'flush' }
    if (length === 1) return { kind: 'delimiter' }
    // The end of an answer, where connections are kept.
    if (length === 2) return { kind: 'flush' }
    if (length === 3)
      throw unavailable('the server sends a packet of an impossible length')
    const bytes = await take(length - 4)
    if (bytes.length < length - 4) throw cutOff()
    return { kind: 'data', bytes }
  }

  async function* rest(): AsyncGenerator<Uint8Array> {
    if (buffer.length > 0) yield buffer
    buffer = Buffer.alloc(0)
    for (
      let chunk = await chunks.next();
      chunk.done !== true;
      chunk = await chunks.next()
    ) {
      yield chunk.value
    }
  }

  return { next, rest }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

export function cutOff() {
  return interrupted('the answer of the server ends early')
}
