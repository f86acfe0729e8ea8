// Which provider this machine can have: kind where a container engine answers, else the local one.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Provider, Say } from './cluster.ts'
import { tryRun } from './command.ts'
import { createKindProvider } from './kind/kind-provider.ts'
import { createLocalProvider } from './local/local-provider.ts'

const root = join(import.meta.dirname, '../..')
const tools = join(root, '.tools/cluster')

/**
 * @param wanted `kind` or `local`; whatever fits when it is empty
 * @throws Error that says what would make one possible
 */
export async function chooseProvider(wanted: string, say: Say): Promise<Provider> {
  if (wanted !== '' && wanted !== 'kind' && wanted !== 'local') {
    throw new Error(`there is no provider ${wanted}: kind and local are`)
  }
  if (wanted !== 'local') {
    const engine = await findEngine()
    const hasKind =
      (await answers('kind', ['version'])) && (await answers('kubectl', ['help']))
    if (engine !== undefined && hasKind) {
      const folder = join(tools, 'kind')
      return createKindProvider({ folder, kind: 'kind', kubectl: 'kubectl', engine, say })
    }
    if (wanted === 'kind') {
      throw new Error(
        engine === undefined
          ? 'kind needs Docker or Podman, and neither answers'
          : 'kind or kubectl is missing: see https://kind.sigs.k8s.io and https://kubernetes.io/docs/tasks/tools',
      )
    }
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'a cluster needs either Docker (or Podman) with kind and kubectl, or Linux as root with Go 1.26',
    )
  }
  return createLocalProvider({
    folder: join(tools, 'local'),
    bin: join(tools, 'bin'),
    build: buildTools,
    say,
  })
}

async function findEngine(): Promise<'docker' | 'podman' | undefined> {
  if (await answers('docker', ['info'])) return 'docker'
  if (await answers('podman', ['info'])) return 'podman'
  return undefined
}

async function answers(program: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await tryRun(program, args)).status === 0
  } catch {
    return false
  }
}

/** Shows how far it is: the first time takes some ten minutes. */
function buildTools(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [join(root, 'tools/cluster/build.sh')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const out: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString().trim())
      else reject(new Error('the programs of the cluster could not be built'))
    })
  })
}
