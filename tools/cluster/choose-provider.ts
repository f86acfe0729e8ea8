// Which provider this machine can have: kind where a container engine answers, else the local one.

import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
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
  if (process.platform !== 'linux') {
    throw new Error(
      'a cluster needs Linux, where its pods reach this machine: take a Linux VM (Lima, OrbStack, WSL 2)',
    )
  }
  if (wanted !== 'local') {
    const engine = await findEngine()
    const kubectl = onPath('kubectl')
    const hasKind = await answers('kind', ['version'])
    if (engine !== undefined && hasKind && kubectl !== undefined) {
      const folder = join(tools, 'kind')
      return createKindProvider({ folder, kind: 'kind', kubectl, engine, say })
    }
    if (wanted === 'kind') {
      throw new Error(
        engine === undefined
          ? 'kind needs Docker or Podman, and neither answers'
          : 'kind or kubectl is missing: see https://kind.sigs.k8s.io and https://kubernetes.io/docs/tasks/tools',
      )
    }
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      'a cluster needs either Docker or Podman with kind and kubectl, or root and Go 1.26',
    )
  }
  return createLocalProvider({
    folder: join(tools, 'local'),
    bin: join(tools, 'bin'),
    build: buildTools,
    say,
  })
}

/** The one that kind would be told to use, if it answers; else Docker before Podman. */
async function findEngine(): Promise<'docker' | 'podman' | undefined> {
  const isWanted = process.env['KIND_EXPERIMENTAL_PROVIDER'] === 'podman'
  if (!isWanted && (await isDocker()) && (await answers('docker', ['info'])))
    return 'docker'
  if (await answers('podman', ['info'])) return 'podman'
  return undefined
}

/** Podman may answer to the name, and kind would not get along with it as Docker. */
async function isDocker(): Promise<boolean> {
  try {
    return (await tryRun('docker', ['--version'])).stdout.startsWith('Docker version')
  } catch {
    return false
  }
}

/** Its whole path: the demo and the tests put the folder of it on the path of a shell. */
function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
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
