// A Kubernetes node made of programs that are compiled from their modules: for Linux, as root,
// without any container engine.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Cluster, Provider, Say } from '../cluster.ts'
import { run, tryRun, until } from '../command.ts'
import { makeCgroups, removeCgroups } from './cgroups.ts'
import { makeCertificates, makeKubeconfig } from './certificates.ts'
import {
  configFiles,
  controlPlane,
  nodeComponents,
  type Component,
} from './components.ts'
import { inside, makeLayout, onMachine, pauseImage, type Layout } from './layout.ts'
import { makeNamespaces, startInside } from './namespaces.ts'
import { makePauseArchive } from './pause-archive.ts'
import { isRunning, readState, startOf, writeState, type State } from './state.ts'

export interface LocalOptions {
  /** All that it leaves on the machine while it is up. */
  readonly folder: string
  /** Builds what is not built, and returns the folder of programs. */
  readonly build: () => Promise<string>
  /** Where they are once built. */
  readonly bin: string
  readonly say: Say
}

export function createLocalProvider(options: LocalOptions): Provider {
  const { folder, bin, say } = options
  const stateFile = join(folder, 'state.json')

  async function up(): Promise<Cluster> {
    const found = await find()
    if (found !== undefined) return found
    await options.build()
    await down()
    const layout = makeLayout(folder, bin, freeNumber())
    const started = Date.now()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Written first: what a crash leaves can then be found.
    let state: State = { number: layout.number, first: 0, started: '', components: {} }
    writeState(stateFile, state)
    await writeFiles(layout)
    makeCgroups(layout.names.cgroup)
    const first = await makeNamespaces(layout)
    state = { ...state, first, started: startOf(first) }
    writeState(stateFile, state)
    const start = async (component: Component) => {
      const pid = await startInside(first, component, layout)
      state = { ...state, components: { ...state.components, [component.name]: pid } }
      writeState(stateFile, state)
    }
    const [containerd, kubelet] = nodeComponents(layout)
    const [etcd, server, ...others] = controlPlane(layout)
    if (!etcd || !server || !containerd || !kubelet)
      throw new Error('a program is missing')
    await start(etcd)
    await start(containerd)
    await start(server)
    await serverReady(layout)
    for (const component of others) await start(component)
    await until('containerd', 30, async () => {
      const { status, stderr } = await tryRun('nsenter', [
        ...['--target', String(first), '--net', '--mount', '--pid', '--'],
        ...[`${inside}/bin/ctr`, '--address', `${inside}/containerd.sock`, 'version'],
      ])
      return status === 0 || stderr
    })
    const pause = onMachine(layout, 'pause.tar')
    makePauseArchive(join(bin, 'pause'), pause)
    await importImages(first, pause)
    await start(kubelet)
    await nodeReady(layout)
    say(`cluster: ready after ${((Date.now() - started) / 1000).toFixed(1)} s`)
    return clusterOf(layout)
  }

  async function find(): Promise<Cluster | undefined> {
    const state = readState(stateFile)
    if (state === undefined || !isRunning(state)) return undefined
    const layout = makeLayout(folder, bin, state.number)
    const isWhole = Object.values(state.components).every((pid) => startOf(pid) !== '')
    if (!isWhole || !('kubelet' in state.components)) return undefined
    const { status } = await kubectl(layout, ['get', '--raw', '/readyz'])
    return status === 0 ? clusterOf(layout) : undefined
  }

  async function load(archive: string): Promise<void> {
    const state = readState(stateFile)
    if (state === undefined || !isRunning(state)) throw new Error('the cluster is not up')
    await importImages(state.first, resolve(archive))
  }

  async function down(): Promise<void> {
    const state = readState(stateFile)
    if (state !== undefined) {
      const layout = makeLayout(folder, bin, state.number)
      if (isRunning(state)) {
        // The first process takes all others of its namespaces with it.
        process.kill(state.first, 'SIGKILL')
        await until('ending the cluster', 20, () => Promise.resolve(!isRunning(state)))
      }
      await removeCgroups(layout.names.cgroup)
      await until('removing the interface', 20, async () => {
        await tryRun('ip', ['link', 'del', layout.names.interface])
        const { status } = await tryRun('ip', ['link', 'show', layout.names.interface])
        return status !== 0
      })
    }
    rmSync(folder, { recursive: true, force: true })
  }

  async function restartApiServer(): Promise<void> {
    const name = 'kube-apiserver'
    const state = readState(stateFile)
    if (state === undefined || !isRunning(state)) throw new Error('the cluster is not up')
    const layout = makeLayout(folder, bin, state.number)
    const component = [...controlPlane(layout), ...nodeComponents(layout)].find(
      (one) => one.name === name,
    )
    if (component === undefined) throw new Error(`there is no ${name}`)
    const old = state.components[name] ?? 0
    const born = startOf(old)
    const hasEnded = () => born === '' || startOf(old) !== born
    if (!hasEnded()) process.kill(old, 'SIGTERM')
    // A new one that starts earlier on the same port dies. It waits up to a minute for its watchers.
    const patience = Date.now() + 10_000
    await until(`ending ${name}`, 30, () => {
      if (Date.now() > patience && !hasEnded()) process.kill(old, 'SIGKILL')
      return Promise.resolve(hasEnded())
    })
    const pid = await startInside(state.first, component, layout)
    writeState(stateFile, { ...state, components: { ...state.components, [name]: pid } })
    await serverReady(layout)
  }

  return { name: 'local', up, find, load, down, restartApiServer }
}

async function writeFiles(layout: Layout): Promise<void> {
  await makeCertificates(layout)
  const files: Record<string, string> = { ...configFiles(layout) }
  for (const user of ['controller-manager', 'scheduler', 'proxy'] as const) {
    files[`${user}.json`] = makeKubeconfig(layout, user)
  }
  files['kubelet-client.json'] = makeKubeconfig(layout, 'kubelet')
  for (const [name, text] of Object.entries(files)) {
    const file = onMachine(layout, join('config', name))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o600 })
  }
  writeFileSync(kubeconfigOf(layout), makeKubeconfig(layout, 'admin'), { mode: 0o600 })
}

const kubeconfigOf = (layout: Layout) => onMachine(layout, 'kubeconfig')

function clusterOf(layout: Layout): Cluster {
  return {
    kubeconfig: kubeconfigOf(layout),
    kubectl: join(layout.bin, 'kubectl'),
    hostAddress: layout.names.hostAddress,
    pauseImage,
  }
}

function kubectl(layout: Layout, args: readonly string[]) {
  const common = ['--kubeconfig', kubeconfigOf(layout), '--request-timeout=5s']
  return tryRun(join(layout.bin, 'kubectl'), [...common, ...args])
}

async function serverReady(layout: Layout): Promise<void> {
  await until('the API server', 90, async () => {
    const { status, stderr } = await kubectl(layout, ['get', '--raw', '/readyz'])
    return status === 0 || stderr
  })
}

async function nodeReady(layout: Layout): Promise<void> {
  const path = "-o=jsonpath={.status.conditions[?(@.type=='Ready')].status}"
  await until('the node', 90, async () => {
    const { stdout, stderr } = await kubectl(layout, [
      'get',
      'node',
      layout.names.node,
      path,
    ])
    return stdout === 'True' || stderr
  })
  // Pods are refused before it is there.
  await until('the default service account', 30, async () => {
    const { status, stderr } = await kubectl(layout, ['get', 'serviceaccount', 'default'])
    return status === 0 || stderr
  })
}

async function importImages(first: number, archive: string): Promise<void> {
  // The archive lies where the cluster's own mounts may hide it.
  await run('sh', [
    '-euc',
    'exec nsenter --target "$1" --net --mount --pid -- "$2" --address "$3" -n k8s.io images import --local - <"$4" >/dev/null',
    ...[
      'import',
      String(first),
      `${inside}/bin/ctr`,
      `${inside}/containerd.sock`,
      archive,
    ],
  ])
}

/** One that no interface of this machine has yet. */
function freeNumber(): number {
  const taken = Object.values(networkInterfaces())
    .flat()
    .map((one) => one?.address ?? '')
  for (let number = 1; number < 250; number++) {
    const isTaken = taken.some((address) => address.startsWith(`10.99.${number}.`))
    if (!isTaken && !existsSync(`/sys/class/net/r2k8s-${number}`)) return number
  }
  throw new Error('all networks 10.99.1.0 to 10.99.249.0 are in use')
}
