// What the tests of warehouses share: wares, contexts, folders, and servers on loopback.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createHttpClient } from '../../src/http/http-client.ts'
import { openWarehouse } from '../../src/warehouse/open-warehouse.ts'
import type {
  OpenOutcome,
  StoredWare,
  Warehouse,
  WarehouseContext,
} from '../../src/warehouse/warehouse.ts'
import { parseWareId, type WareId } from '../../src/ware/ware-id.ts'
import { parseWarehouseAddress } from '../../src/ware/warehouse-address.ts'

export const ware = wareOf(
  'tar:7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7',
)
export const otherWare = wareOf(
  'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6',
)

function wareOf(text: string): WareId {
  const parsed = parseWareId(text)
  if ('why' in parsed) throw new Error(parsed.why)
  return parsed.wareId
}

export const record = { wareId: ware, compression: 'gzip' } as const

/** Bytes without a pattern that a mix-up could keep; the same for the same seed. */
export function bytesOf(size: number, seed = 'a'): Buffer {
  const block = createHash('shake256', { outputLength: 65_536 }).update(seed).digest()
  const all = Buffer.alloc(size, block)
  for (let i = 0; i < size; i += 65_536) {
    all.writeUInt32LE(i, Math.max(0, Math.min(i, size - 4)))
  }
  return all
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'r2k8s-warehouse-'))
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

/** Everything that is no directory, below a directory. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
}

export function contextOf(change: Partial<WarehouseContext> = {}): WarehouseContext {
  const client = createHttpClient({ env: {}, userAgent: 'test', silenceSeconds: 5 })
  onTestFinished(client.close)
  return {
    send: client.send,
    env: {},
    cwd: '/nowhere',
    report: () => undefined,
    scratch: () => temporaryDirectory(),
    wait: () => Promise.resolve(),
    ...change,
  }
}

export function warehouseAt(text: string, context: WarehouseContext): Warehouse {
  const parsed = parseWarehouseAddress(text, 'tar')
  if ('why' in parsed) throw new Error(parsed.why)
  return openWarehouse(parsed.address, context)
}

export function found(outcome: OpenOutcome): StoredWare {
  if (outcome.kind !== 'found') throw new Error(`${outcome.kind}: ${outcome.why}`)
  return outcome.ware
}

export async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function save(
  warehouse: Warehouse,
  content: Uint8Array,
  wareId?: WareId,
): Promise<void> {
  const upload = await warehouse.create(wareId)
  try {
    for (let i = 0; i < content.length; i += 100_000) {
      await upload.write(content.subarray(i, i + 100_000))
    }
    await upload.commit(record)
  } finally {
    await upload.discard()
  }
}

/** A server on loopback; gives `http://127.0.0.1:port`. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${portOf(server.address())}`
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Answers one request after the other; the last one goes on. Tells what it was asked. */
export async function serveInTurn(
  ...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const url = await serve((request, response) => {
    asked.push(request)
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response)
  })
  return { url, asked }
}
