// The framing of git's protocol: lines with their length in front, and markers between sections.

import { Buffer } from 'node:buffer'
import { unavailable } from './git-failure.ts'

export type Packet = Buffer | 'flush' | 'delimiter' | 'end'

/** @throws GitFailure for bytes that are none, and when they end within a line */
export async function* readPackets(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Packet> {
  let held = Buffer.alloc(0)
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    let at = 0
    while (held.length - at >= 4) {
      const length = readLength(held, at)
      if (length < 4) {
        yield markers[length] ?? fail()
        at += 4
      } else if (held.length - at < length) break
      else {
        yield held.subarray(at + 4, at + length)
        at += length
      }
    }
    held = held.subarray(at)
  }
  if (held.length > 0) throw unavailable('the server ends its answer within a line')
}

export function packet(line: string): string {
  return (line.length + 4).toString(16).padStart(4, '0') + line
}

const markers: readonly Packet[] = ['flush', 'delimiter', 'end']

function readLength(bytes: Buffer, at: number): number {
  const digits = bytes.toString('latin1', at, at + 4)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : fail()
}

function fail(): never {
  throw unavailable('the server answers with something else than the protocol of git')
}

/** Without the line break that ends most of them. */
export function lineOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\n$/, '')
}
