// A cluster with the webhook of this checkout, and a warehouse on this machine that its pods reach.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseProvider } from '../../tools/cluster/choose-provider.ts'
import { findBusybox, makeRootDirectory } from './root-directory.ts'

const checkout = join(import.meta.dirname, '../..')
const program = join(checkout, 'bin/kubectl-r2k8s')

export interface Lab {
  readonly kubeconfig: string
  readonly kubectl: string
  readonly program: string
  /** A static program of many names. */
  readonly busybox: string
  /** A base image that is on the node. */
  readonly pauseImage: string
  readonly agentImage: string
  /** An address that pods reach, too. */
  readonly hostAddress: string
  /** Warehouse address for formulas. */
  readonly warehouse: string
  /** The warehouse as a directory. */
  readonly wares: string
  /** The root filesystem of most tests: busybox, and a directory that no fallback list has. */
  readonly root: string
}

export async function setUpLab(): Promise<{ lab: Lab; tearDown: () => void }> {
  const say = (line: string) => {
    process.stderr.write(`${line}\n`)
  }
  const provider = await chooseProvider(process.env['R2K8S_CLUSTER'] ?? '', say)
  const cluster = await provider.up()
  const image = execFileSync('sh', ['image/build.sh'], {
    cwd: checkout,
    encoding: 'utf8',
  })
  await provider.load(image.trim())
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
  execFileSync(program, ['install', '--base-image', cluster.pauseImage], {
    env,
    stdio: ['ignore', 'inherit', 'ignore'],
  })
  const wares = mkdtempSync(join(tmpdir(), 'r2k8s-e2e-'))
  const root = packRoot(wares)
  const warehouse = await serve(wares, cluster.hostAddress)
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
  const agentImage = `localhost/r2k8s:${version}`
  const { address } = warehouse
  const busybox = findBusybox()
  return {
    lab: { ...cluster, program, busybox, agentImage, warehouse: address, wares, root },
    tearDown: () => {
      warehouse.stop()
      rmSync(wares, { recursive: true, force: true })
    },
  }
}

function packRoot(wares: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-root-'))
  try {
    makeRootDirectory(directory)
    const args = ['ware', 'pack', 'tar', directory, '--target', `ca+file://${wares}`]
    return execFileSync(program, args, { encoding: 'utf8' }).trim()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** On a free port. */
function serve(
  directory: string,
  host: string,
): Promise<{ readonly address: string; readonly stop: () => void }> {
  const child = spawn(program, ['ware', 'serve', directory, '--listen', `${host}:0`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`ware serve ended with ${code}`))
    })
    child.stdout.once('data', (line: Buffer) => {
      resolve({
        address: line.toString().trim(),
        stop: () => {
          child.kill()
        },
      })
    })
  })
}
