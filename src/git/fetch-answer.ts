// The answer to a request for objects: some words, then a pack.

import { quote } from '../errors.ts'
import { cutOff, lineOf, type PacketReader } from './pkt-line.ts'
import { absent, interrupted, unavailable } from './refusal.ts'

/** The server gives the commit not to those who ask for it by name. */
export interface NotGiven {
  readonly kind: 'not-given'
  /** In the server's words. */
  readonly why: string
}

export type FetchAnswer =
  { readonly kind: 'pack'; readonly bytes: AsyncIterable<Uint8Array> } | NotGiven

/** The pack of an answer in version 2, where sections have names. */
export async function readAnswer(packets: PacketReader): Promise<FetchAnswer> {
  for (;;) {
    const next = await packets.next()
    if (next.kind === 'end' || next.kind === 'flush') throw cutOff()
    if (next.kind === 'delimiter') continue
    const line = lineOf(next.bytes)
    if (line.startsWith('ERR ')) return { kind: 'not-given', why: line.slice(4) }
    if (line === 'packfile') return { kind: 'pack', bytes: readBands(packets) }
    if (line === 'packfile-uris') throw unavailable('it keeps packs on another server')
  }
}

/** The same in versions 0 and 1: shallow commits, a flush, an acknowledgment, the pack. */
export async function readOldAnswer(
  packets: PacketReader,
  hasBands: boolean,
): Promise<FetchAnswer> {
  for (;;) {
    const next = await packets.next()
    if (next.kind === 'end') throw cutOff()
    if (next.kind !== 'data') continue
    const line = lineOf(next.bytes)
    if (line.startsWith('ERR ')) return { kind: 'not-given', why: line.slice(4) }
    if (line === 'NAK' || line.startsWith('ACK ')) {
      return { kind: 'pack', bytes: hasBands ? readBands(packets) : packets.rest() }
    }
    if (/^(?:un)?shallow /.test(line)) continue
    throw unavailable(`the server answers ${quote(line)}`)
  }
}

/** The first byte of each packet: 1 is the pack, 2 for people, 3 the end of all. */
async function* readBands(packets: PacketReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await packets.next()
    if (next.kind === 'flush') return
    if (next.kind === 'end') throw cutOff()
    if (next.kind !== 'data' || next.bytes.length < 2) continue
    const band = next.bytes[0]
    const bytes = next.bytes.subarray(1)
    if (band === 1) yield bytes
    else if (band === 3) throw interrupted(`the server says ${quote(lineOf(bytes))}`)
    else if (band !== 2) throw unavailable('the server sends an unknown kind of packet')
  }
}

/** git's own words; the commit is not there, however it is asked for. */
export function throwIfUnknown({ why }: NotGiven, commit: string): void {
  if (/not our ref/i.test(why)) throw absent(`it has no commit ${commit}`)
}
