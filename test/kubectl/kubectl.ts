// A real kubectl that reads what it is given without any cluster.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Kubectl {
  /** `create --dry-run=client --validate=false -f -`, with `args` added; the output. */
  readonly create: (
    manifest: string,
    ...args: string[]
  ) => { output: string; error: string }
  /** What every call needs: server and cache directory. */
  readonly flags: readonly string[]
  readonly close: () => void
}

export async function startKubectl(path: string): Promise<Kubectl> {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-kubectl-'))
  const script = new URL('discovery-server.ts', import.meta.url).pathname
  const server = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const address = `http://127.0.0.1:${port.toString().trim()}`
  const flags = [
    '--kubeconfig=/dev/null',
    `--server=${address}`,
    `--cache-dir=${directory}`,
  ]
  return {
    flags,
    create: (manifest, ...args) => {
      const dryRun = ['create', '--dry-run=client', '--validate=false', '-f', '-']
      const result = spawnSync(path, [...flags, ...dryRun, ...args], {
        input: manifest,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      })
      return { output: result.stdout, error: result.stderr }
    },
    close: () => {
      server.kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
