// Packs made by hand, right or wrong, and a server of ours that gives them away.

import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import type { HttpRequest, HttpResponse, SendRequest } from '../../src/http-exchange.ts'
import { fetchFrom, type Fetched } from './fixtures.ts'
import type { UnpackLimits } from '../../src/ware/unpack-limits.ts'

export type Bytes = string | Uint8Array

export interface RawEntry {
  /** 1 commit, 2 tree, 3 blob, 4 tag, 6 and 7 deltas. */
  readonly type: number
  readonly data: Bytes
  /** As announced; that of the data unless told. */
  readonly size?: number
  /** In front of the deflated data: what a delta is of. */
  readonly base?: Uint8Array
  /** Instead of the deflated data. */
  readonly deflated?: Uint8Array
}

export function packOf(
  entries: readonly RawEntry[],
  { count = entries.length, version = 2, rest = '' } = {},
): Buffer {
  const head = Buffer.from('PACK\0\0\0\0\0\0\0\0', 'latin1')
  head.writeUInt32BE(version, 4)
  head.writeUInt32BE(count, 8)
  const body = [head, ...entries.map(entryOf), Buffer.from(rest)]
  return withChecksum(Buffer.concat(body))
}

export function withChecksum(pack: Uint8Array): Buffer {
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()])
}

export function entryOf(entry: RawEntry): Buffer {
  const data = Buffer.from(entry.data)
  let size = entry.size ?? data.length
  let byte = (entry.type << 4) | (size & 15)
  size = Math.floor(size / 16)
  const head: number[] = []
  for (; size > 0; size = Math.floor(size / 128)) {
    head.push(byte | 0x80)
    byte = size % 128
  }
  head.push(byte)
  const deflated = entry.deflated ?? deflateSync(data)
  return Buffer.concat([Buffer.from(head), entry.base ?? Buffer.alloc(0), deflated])
}

/** `distance` below 128. */
export function offsetBase(distance: number): Buffer {
  return Buffer.from([distance])
}

export function idOf(type: string, data: Bytes): string {
  const bytes = Buffer.from(data)
  return createHash('sha1')
    .update(`${type} ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}

/** Sizes below 128 of base and result, then instructions. */
export function deltaOf(base: number, result: number, ...instructions: number[]): Buffer {
  return Buffer.from([base, result, ...instructions])
}

export type TreeRow = readonly [mode: string, name: string, id: string]

export function treeOf(...rows: readonly TreeRow[]): Buffer {
  return Buffer.concat(
    rows.flatMap(([mode, name, id]) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  )
}

export function commitOf(tree: string): string {
  const who = 'Ann <ann@example.com> 1577836800 +0000'
  return `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\na commit\n`
}

/** A commit of one tree, with whatever else is needed. */
export function packOfTree(tree: Bytes, ...others: readonly RawEntry[]) {
  const commit = commitOf(idOf('tree', tree))
  const entries = [{ type: 1, data: commit }, { type: 2, data: tree }, ...others]
  return { commit: idOf('commit', commit), pack: packOf(entries) }
}

export function packet(data: Bytes): Buffer {
  const bytes = Buffer.from(data)
  const length = (bytes.length + 4).toString(16).padStart(4, '0')
  return Buffer.concat([Buffer.from(length), bytes])
}

export const flush = Buffer.from('0000')

export const advertisement = Buffer.concat([
  packet('# service=git-upload-pack\n'),
  flush,
  packet('version 2\n'),
  packet('ls-refs\n'),
  packet('fetch=shallow\n'),
  packet('object-format=sha1\n'),
  flush,
])

export function packAnswer(pack: Uint8Array): Buffer {
  const parts = [packet('packfile\n'), packet(Buffer.from('\x02some words'))]
  for (let at = 0; at < pack.length; at += 1000) {
    const part = pack.subarray(at, at + 1000)
    parts.push(packet(Buffer.concat([Buffer.from([1]), part])))
  }
  return Buffer.concat([...parts, flush])
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Bytes
}

/** One answer per request; the last one goes on. */
export function sendInTurn(...answers: readonly Answer[]) {
  const asked: HttpRequest[] = []
  const send: SendRequest = (request) => {
    asked.push(request)
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? {}
    return Promise.resolve(respond(request, answer))
  }
  return { send, asked }
}

function respond({ method, url }: HttpRequest, answer: Answer): HttpResponse {
  const kind = method === 'GET' ? 'advertisement' : 'result'
  const { status = 200, body = '' } = answer
  const headers = answer.headers ?? {
    'content-type': `application/x-git-upload-pack-${kind}`,
  }
  async function* chunks() {
    await Promise.resolve()
    for (let at = 0; at < body.length; at += 700) {
      yield Buffer.from(Buffer.from(body).subarray(at, at + 700))
    }
  }
  return { status, headers, url, body: chunks(), discard: () => Promise.resolve() }
}

export async function fetchPack(
  pack: Uint8Array,
  commit: string,
  limits: Partial<UnpackLimits> = {},
): Promise<Fetched> {
  const { send } = sendInTurn({ body: advertisement }, { body: packAnswer(pack) })
  return await fetchFrom('https://git.example/x', commit, { send, limits })
}
