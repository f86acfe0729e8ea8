// Wares made in the test, and a warehouse on loopback that serves them.

import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { teeSinks, type Entry } from '../../src/ware/entry.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { createTarWriter } from '../../src/ware/tar/tar-writer.ts'

export interface Ware {
  readonly id: string
  readonly strictDigest: string
  readonly bytes: Buffer
}

export type EntryText = Partial<Omit<Entry, 'path' | 'size'>> & {
  readonly content?: string
}

/** By path; a directory where no content and no kind is given. Parents are inferred. */
export function makeWare(entries: Readonly<Record<string, EntryText>>): Ware {
  const chunks: Buffer[] = []
  const tar = createTarWriter((chunk) => chunks.push(Buffer.from(chunk)))
  const identifier = createIdentifier()
  const sink = teeSinks([identifier, tar])
  for (const [path, { content, ...members }] of Object.entries(entries)) {
    const bytes = Buffer.from(content ?? '', 'latin1')
    const kind = content === undefined ? 'directory' : 'file'
    const mode = kind === 'file' ? 0o644 : 0o755
    const times = { seconds: 1_300_000_000, nanoseconds: 0 }
    const owner = { uid: 0, gid: 0 }
    const size = bytes.length
    const entry: Entry = {
      path,
      kind,
      mode,
      target: '',
      ...times,
      ...owner,
      ...members,
      size,
    }
    sink.entry(entry)
    if (bytes.length > 0) sink.content(bytes)
    if (entry.kind === 'file') sink.endFile()
  }
  tar.end()
  const { hash, strictDigest } = identifier.finish()
  return { id: `tar:${hash}`, strictDigest, bytes: gzipSync(Buffer.concat(chunks)) }
}

/** A top-level tree in which the usual probes pass. */
export const smallRoot: Readonly<Record<string, EntryText>> = {
  '.': {},
  bin: { kind: 'symlink', target: '/usr/bin', mode: 0o777 },
  dev: {},
  etc: {},
  'etc/passwd': { content: 'root:x:0:0::/:/bin/sh\n' },
  usr: {},
  'usr/bin': {},
  'usr/bin/run': { content: '#!/bin/run\n', mode: 0o755 },
  'var/run': { kind: 'symlink', target: '/run', mode: 0o777 },
}

export interface TestWarehouse {
  /** Content-addressed, as `ca+http` reads it. */
  readonly address: string
  /** Path of every GET so far. */
  readonly asked: readonly string[]
  readonly put: (ware: Ware, bytes?: Buffer) => void
  /** From now on answers stop after half of the bytes, without an end, until called off. */
  readonly stall: (stalled: () => void) => void
}

export async function openTestWarehouse(
  ...wares: readonly Ware[]
): Promise<TestWarehouse> {
  const shelves = new Map<string, Buffer>()
  const asked: string[] = []
  let onStall: (() => void) | undefined
  const put = (ware: Ware, bytes = ware.bytes) => {
    const hash = ware.id.slice('tar:'.length)
    shelves.set(`/${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash}`, bytes)
  }
  for (const ware of wares) put(ware)
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    if (request.method === 'GET') asked.push(path)
    const bytes = shelves.get(path)
    if (bytes === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-length': bytes.length })
    if (onStall === undefined || request.method === 'HEAD') {
      response.end(bytes)
      return
    }
    response.write(bytes.subarray(0, bytes.length / 2))
    onStall()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    address: `ca+http://127.0.0.1:${port}`,
    asked,
    put,
    stall: (stalled) => {
      onStall = stalled
    },
  }
}
