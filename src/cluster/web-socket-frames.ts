// The frames of RFC 6455 as bytes: what a client writes, and what a server sends.

import { randomBytes } from 'node:crypto'

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const

export interface Frame {
  readonly opcode: number
  /** The last one of its message. */
  readonly final: boolean
  readonly payload: Uint8Array
}

/** Far more than the API server puts into one. */
export const longestMessage = 16 * 1024 * 1024

/** One whole message, masked as a client must. */
export function encodeFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.allocUnsafe(6 + extra + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) frame.writeUInt16BE(length, 2)
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  const mask = randomBytes(4)
  frame.set(mask, 2 + extra)
  const start = 6 + extra
  for (let i = 0; i < length; i++) {
    frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
  }
  return frame
}

/** @throws Error for what is not of this protocol */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const taken = takeFrame(rest)
      if (taken === undefined) break
      rest = rest.subarray(taken.size)
      yield taken.frame
    }
  }
}

/** Undefined as long as it is not complete. */
function takeFrame(
  bytes: Buffer,
): { readonly frame: Frame; readonly size: number } | undefined {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  // No extension was asked for, and servers do not mask.
  if ((first & 0x70) !== 0 || (second & 0x80) !== 0) {
    throw new Error('the server does not keep to the WebSocket protocol')
  }
  const short = second & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return undefined
  const length =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short
  if (length > longestMessage) throw new Error('the server sends a message too long')
  const size = start + length
  if (bytes.length < size) return undefined
  const payload = bytes.subarray(start, size)
  return { frame: { opcode: first & 0x0f, final: first >= 0x80, payload }, size }
}
