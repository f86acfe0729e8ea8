// The real registry for tests: started on a free port over a directory of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { createHttpClient } from '../../../src/http/http-client.ts'
import type { TransferEvent } from '../../../src/ware/transfer-event.ts'
import { parseWareId, type WareId } from '../../../src/ware/ware-id.ts'
import type { WarehouseContext } from '../../../src/warehouse/warehouse.ts'

/** The program, as `tools/test-server.sh registry` gives it; tests are left out without it. */
export const registryProgram = process.env['R2K8S_TEST_REGISTRY'] ?? ''

export const without =
  registryProgram === '' ? ' (left out: R2K8S_TEST_REGISTRY names no registry)' : ''

/** Returns its name, `127.0.0.1:port`; `auth` is YAML for its configuration. */
export async function startRegistry(auth = ''): Promise<string> {
  const directory = scratchDirectory()
  const config = join(directory, 'config.yml')
  writeFileSync(
    config,
    `version: 0.1
log: {level: info, formatter: json}
storage: {filesystem: {rootdirectory: ${join(directory, 'data')}}, delete: {enabled: true}}
http: {addr: '127.0.0.1:0', secret: test}
${auth}`,
  )
  const registry = spawn(registryProgram, ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { OTEL_TRACES_EXPORTER: 'none' },
  })
  onTestFinished(async () => {
    registry.kill('SIGKILL')
    if (registry.exitCode === null && registry.signalCode === null)
      await once(registry, 'exit')
  })
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    createInterface({ input: registry.stderr }).on('line', (line) => {
      lines.push(line)
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
    registry.on('error', reject)
    registry.on('exit', () => {
      reject(new Error(`the registry ended: ${lines.slice(-5).join('\n')}`))
    })
  })
}

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-oci-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** Without a home, so that nobody's own credentials are found. */
export function testContext(
  env: Readonly<Record<string, string>> = {},
  more: Partial<WarehouseContext> = {},
): WarehouseContext & { readonly events: TransferEvent[] } {
  const client = createHttpClient({ env: {}, userAgent: 'r2k8s-test' })
  onTestFinished(() => client.close())
  const events: TransferEvent[] = []
  return {
    send: client.send,
    env,
    cwd: '/',
    report: (event) => void events.push(event),
    scratch: scratchDirectory,
    wait: () => Promise.resolve(),
    events,
    ...more,
  }
}

export const someWare: WareId = wareId(
  'tar:7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7',
)

export function wareId(text: string): WareId {
  const parsed = parseWareId(text)
  if ('why' in parsed) throw new Error(parsed.why)
  return parsed.wareId
}

export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
