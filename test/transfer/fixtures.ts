// Wares, contexts and faulty servers for tests of moving wares.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import type { TransferContext } from '../../src/transfer/transfer-context.ts'
import { makeEntryFilter, type EntryFilter } from '../../src/ware/entry-filter.ts'
import { filterPresets } from '../../src/ware/filters.ts'
import type { TransferEvent } from '../../src/ware/transfer-event.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import type { WareId } from '../../src/ware/ware-id.ts'
import { expect } from 'vitest'
import { contextOf, portOf, serve, temporaryDirectory } from '../warehouse/fixtures.ts'
import { identify, packTar, record, type FileRecord } from '../ware/records.ts'

export interface TestWare {
  readonly id: WareId
  readonly text: string
  readonly records: readonly FileRecord[]
  readonly tar: Buffer
  readonly strictDigest: string
}

export function makeWare(...records: readonly FileRecord[]): TestWare {
  const { hash, strictDigest } = identify(records)
  const id = { packtype: 'tar', hash, space: 'timeless' } as const
  return { id, text: `tar:${hash}`, records, tar: packTar(records), strictDigest }
}

/** Nobody's files, so that filters have something to alter. */
export function exampleRecords(target = 'bin/run'): FileRecord[] {
  return [
    record('.', 'directory'),
    record('bin', 'directory', { uid: 7, gid: 7 }),
    record('bin/run', 'file', { mode: 0o755, content: 'run\n', uid: 7, gid: 7 }),
    record('link', 'symlink', { target }),
    record('text', 'file', { content: 'text\n', seconds: 1_000_000_000 }),
  ]
}

export const example = makeWare(...exampleRecords())

/** Another fileset altogether. */
export const other = makeWare(record('.', 'directory'), record('other'))

export interface TestContext extends TransferContext {
  readonly events: TransferEvent[]
  readonly cacheBase: string
}

export function transferContext(more: Partial<TransferContext> = {}): TestContext {
  const events: TransferEvent[] = []
  const scratch = temporaryDirectory()
  const base = join(temporaryDirectory(), 'cache')
  return {
    ...contextOf(),
    scratch: () => scratch,
    report: (event) => void events.push(event),
    limits: defaultUnpackLimits,
    mine: { uid: 501, gid: 502 },
    events,
    cacheBase: base,
    ...more,
  }
}

export function filterOf(
  preset: keyof typeof filterPresets,
  mine = { uid: 501, gid: 502 },
): EntryFilter {
  return makeEntryFilter(filterPresets[preset], mine)
}

/** Everything below a directory, hidden or not; nothing where there is none. */
export function listAll(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  } catch {
    return []
  }
}

/** What is private to a run that is under way. */
export function leftovers(...directories: readonly string[]): string[] {
  return directories.flatMap(listAll).filter((path) => path.includes('.tmp.'))
}

export function answering(
  bytes: Uint8Array | string,
  { status = 200, type = 'application/octet-stream' } = {},
): RequestListener {
  return (_, response) => {
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(bytes),
    })
    response.end(bytes)
  }
}

/** A port at which nobody listens any more. */
export async function closedPort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const port = portOf(server.address())
  await new Promise((done) => server.close(done))
  return `http://127.0.0.1:${port}`
}

/** Stands for a text with this in it, where values are compared. */
export function containing(text: string): unknown {
  return expect.stringContaining(text)
}

export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}

export { serve, temporaryDirectory }
