// A cluster in containers, by kind: for anyone with Docker or Podman.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cluster, Provider, Say } from '../cluster.ts'
import { run, tryRun, until } from '../command.ts'

export interface KindOptions {
  readonly folder: string
  /** Programs, `kind` by name or path. */
  readonly kind: string
  readonly kubectl: string
  readonly engine: 'docker' | 'podman'
  readonly say: Say
}

const name = 'r2k8s-test'
const nodeName = `${name}-control-plane`

export function createKindProvider(options: KindOptions): Provider {
  const { folder, kind, engine, say } = options
  const kubeconfig = join(folder, 'kubeconfig')

  async function up(): Promise<Cluster> {
    const found = await find()
    if (found !== undefined) return found
    await down()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    say(`cluster: creating ${name} with kind`)
    const config = join(folder, 'kind.yaml')
    writeFileSync(config, 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n')
    await run(kind, [
      ...['create', 'cluster', '--name', name, '--config', config],
      ...['--kubeconfig', kubeconfig, '--wait', '120s'],
    ])
    const cluster = await find()
    if (cluster === undefined)
      throw new Error(`kind made ${name}, but it does not answer`)
    return cluster
  }

  async function find(): Promise<Cluster | undefined> {
    if (!existsSync(kubeconfig)) return undefined
    const { status } = await tryRun(options.kubectl, [
      ...['--kubeconfig', kubeconfig, '--request-timeout=5s', 'get', '--raw', '/readyz'],
    ])
    if (status !== 0) return undefined
    return {
      kubeconfig,
      kubectl: options.kubectl,
      hostAddress: await gateway(),
      pauseImage: await pauseOfNode(),
    }
  }

  /** Of the network that the node is in: the machine itself. */
  async function gateway(): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}'
    const said = await run(engine, ['inspect', '--format', format, nodeName])
    const address = said.trim().split(/\s+/)[0] ?? ''
    if (address === '') throw new Error(`the network of ${nodeName} has no gateway`)
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

  async function down(): Promise<void> {
    const { stdout } = await tryRun(kind, ['get', 'clusters'])
    if (stdout.split('\n').includes(name)) {
      await run(kind, ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig])
    }
    rmSync(folder, { recursive: true, force: true })
  }

  return {
    name: 'kind',
    up,
    find,
    load: async (archive) => {
      await run(kind, ['load', 'image-archive', archive, '--name', name])
    },
    restartApiServer,
    down,
  }
}
