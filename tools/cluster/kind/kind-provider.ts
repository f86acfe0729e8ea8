// A cluster in containers, by kind: for anyone with Docker or Podman.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Cluster, Provider, Say } from '../cluster.ts'
import { run, until } from '../command.ts'
import { createKubectl, nodeReady } from '../kubectl.ts'

export interface KindOptions {
  readonly folder: string
  /** Programs, `kind` by name or path. */
  readonly kind: string
  readonly kubectl: string
  readonly engine: 'docker' | 'podman'
  readonly say: Say
}

/** Seconds. */
const patience = { node: 180, account: 30 }

export function createKindProvider(options: KindOptions): Provider {
  const { folder, engine, say } = options
  const kubeconfig = join(folder, 'kubeconfig')
  const kubectl = createKubectl(options.kubectl, kubeconfig)
  const name = nameFor(folder)
  const nodeName = `${name}-control-plane`

  async function up(): Promise<Cluster> {
    const found = await find()
    if (found !== undefined) return found
    await down()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    say(`cluster: creating ${name} with kind, which may pull the image of its node first`)
    const config = join(folder, 'kind.yaml')
    writeFileSync(config, 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n')
    await kind('create', 'cluster', '--config', config, ...ofCluster())
    try {
      // kind could wait, too, but only warns when the time is over.
      await nodeReady(kubectl, patience)
      return await clusterOf()
    } catch (error) {
      // What cannot be used would be found, and used, the next time.
      await down()
      throw error
    }
  }

  async function find(): Promise<Cluster | undefined> {
    if (!existsSync(kubeconfig)) return undefined
    const { status } = await kubectl('get', '--raw', '/readyz')
    return status === 0 ? clusterOf() : undefined
  }

  async function clusterOf(): Promise<Cluster> {
    return {
      kubeconfig,
      kubectl: options.kubectl,
      hostAddress: await gateway(),
      pauseImage: await pauseOfNode(),
    }
  }

  /** Told the engine: it would take Docker's client for an engine where Podman is the one that runs. */
  function kind(...args: readonly string[]): Promise<string> {
    return run(options.kind, args, { KIND_EXPERIMENTAL_PROVIDER: engine })
  }

  const ofCluster = () => ['--name', name, '--kubeconfig', kubeconfig]

  /** Of the network that the node is in: the machine itself, if the engine runs right on it. */
  async function gateway(): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}'
    const said = await run(engine, ['inspect', '--format', format, nodeName])
    const address = said.trim().split(/\s+/)[0] ?? ''
    if (!isOfThisMachine(address)) {
      throw new Error(
        `pods could not reach this machine: the gateway of ${nodeName}, ${address || 'none'}, is no address of it, ` +
          `since ${engine} runs in a virtual machine, elsewhere, or without root. ` +
          'Use Docker or Podman on Linux, as root',
      )
    }
    return address
  }

  async function pauseOfNode(): Promise<string> {
    const said = await run(engine, [
      'exec',
      nodeName,
      'crictl',
      'images',
      '--output',
      'json',
    ])
    const images = (JSON.parse(said) as { images: { repoTags: string[] }[] }).images // crictl's own
    const pause = images
      .flatMap(({ repoTags }) => repoTags)
      .find((tag) => /\/pause:/.test(tag))
    if (pause === undefined) throw new Error(`${nodeName} has no pause image`)
    return pause
  }

  /** It is a static pod: the kubelet starts it again when its container ends. */
  async function restartApiServer(): Promise<void> {
    const container = 'crictl ps -q --name kube-apiserver'
    await run(engine, ['exec', nodeName, 'sh', '-c', `crictl stop $(${container})`])
    await until('starting the API server', 120, async () => (await find()) !== undefined)
  }

  /** kind is content when there is none. */
  async function down(): Promise<void> {
    await kind('delete', 'cluster', ...ofCluster())
    rmSync(folder, { recursive: true, force: true })
  }

  return {
    name: 'kind',
    up,
    find,
    load: async (archive) => {
      await kind('load', 'image-archive', archive, '--name', name)
    },
    restartApiServer,
    down,
  }
}

/** The engine is the machine's: another checkout must not find, or remove, this one's cluster. */
function nameFor(folder: string): string {
  return `r2k8s-test-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`
}

function isOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === address)
}
