// A Kubernetes node made of programs that are compiled from their modules: for Linux, as root,
// without any container engine.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import type { Cluster, Provider, Say } from '../cluster.ts'
import { tryRun, until } from '../command.ts'
import { removeCgroups } from './cgroups.ts'
import { controlPlane, nodeComponents } from './components.ts'
import { importImages } from './import-images.ts'
import { kubeconfigOf, kubectlOf, serverReady } from './kubectl.ts'
import { makeLayout, pauseImage, type Layout } from './layout.ts'
import { hasEnded, logFolder } from './logs.ts'
import { startInside } from './namespaces.ts'
import { startNode } from './start-node.ts'
import { isRunning, readState, startOf, writeState } from './state.ts'

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
  const keptLogs = `${folder}-logs`

  async function up(): Promise<Cluster> {
    const found = await find()
    if (found !== undefined) return found
    await options.build()
    await down()
    const layout = makeLayout(folder, bin, freeNumber())
    const started = Date.now()
    rmSync(keptLogs, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      await startNode(layout, stateFile)
    } catch (error) {
      throw await withLogs(layout, error)
    }
    say(`cluster: ready after ${((Date.now() - started) / 1000).toFixed(1)} s`)
    return clusterOf(layout)
  }

  /** What was started is stopped again; what it said stays, for whoever looks for the reason. */
  async function withLogs(layout: Layout, error: unknown): Promise<Error> {
    const logs = logFolder(layout)
    if (existsSync(logs)) renameSync(logs, keptLogs)
    await down()
    const why = error instanceof Error ? error.message : String(error)
    return new Error(`${why}\nThe logs are in ${keptLogs}`, { cause: error })
  }

  async function find(): Promise<Cluster | undefined> {
    const state = readState(stateFile)
    if (state === undefined || !isRunning(state)) return undefined
    const layout = makeLayout(folder, bin, state.number)
    const isWhole = Object.values(state.components).every((pid) => startOf(pid) !== '')
    if (!isWhole || !('kubelet' in state.components)) return undefined
    const { status } = await kubectlOf(layout)('get', '--raw', '/readyz')
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
      await removeCgroups(layout.names.cgroup, state.handedDown)
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
    const isOver = () => born === '' || startOf(old) !== born
    if (!isOver()) process.kill(old, 'SIGTERM')
    // A new one that starts earlier on the same port dies. It waits up to a minute for its watchers.
    const patience = Date.now() + 10_000
    await until(`ending ${name}`, 30, () => {
      if (Date.now() > patience && !isOver()) process.kill(old, 'SIGKILL')
      return Promise.resolve(isOver())
    })
    const pid = await startInside(state.first, component, layout)
    writeState(stateFile, { ...state, components: { ...state.components, [name]: pid } })
    await serverReady(layout, () => {
      if (startOf(pid) === '') throw hasEnded(layout, name)
    })
  }

  return { name: 'local', up, find, load, down, restartApiServer }
}

function clusterOf(layout: Layout): Cluster {
  return {
    kubeconfig: kubeconfigOf(layout),
    kubectl: join(layout.bin, 'kubectl'),
    hostAddress: layout.names.hostAddress,
    pauseImage,
  }
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
