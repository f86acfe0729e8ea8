// From nothing to a node that is ready: files, cgroups, namespaces, and then program after program.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tryRun, until } from '../command.ts'
import { nodeReady } from '../kubectl.ts'
import { makeCertificates, makeKubeconfig } from './certificates.ts'
import { makeCgroups } from './cgroups.ts'
import {
  configFiles,
  controlPlane,
  nodeComponents,
  type Component,
} from './components.ts'
import { importImages } from './import-images.ts'
import { kubeconfigOf, kubectlOf, serverReady } from './kubectl.ts'
import { inside, onMachine, type Layout } from './layout.ts'
import { hasEnded } from './logs.ts'
import { enter, makeNamespaces, startInside } from './namespaces.ts'
import { makePauseArchive } from './pause-archive.ts'
import { startOf, writeState, type State } from './state.ts'

/** Seconds. */
const patience = { node: 300, account: 120 }

/** @throws Error when a program ends, or a step takes far longer than on a slow machine */
export async function startNode(layout: Layout, stateFile: string): Promise<void> {
  let state: State = {
    ...{ number: layout.number, first: 0, started: '' },
    ...{ components: {}, handedDown: [] },
  }
  // Written before each step: what a crash leaves can then be found.
  const keep = (more: Partial<State>) => {
    state = { ...state, ...more }
    writeState(stateFile, state)
  }
  keep({})
  await writeFiles(layout)
  keep({ handedDown: makeCgroups(layout.names.cgroup) })
  const first = await makeNamespaces(layout)
  keep({ first, started: startOf(first) })
  const start = async (component: Component) => {
    const pid = await startInside(first, component, layout)
    keep({ components: { ...state.components, [component.name]: pid } })
  }
  const allRun = () => {
    for (const [name, pid] of Object.entries(state.components)) {
      if (startOf(pid) === '') throw hasEnded(layout, name)
    }
  }
  const [containerd, kubelet] = nodeComponents(layout)
  const [etcd, server, ...others] = controlPlane(layout)
  if (!etcd || !server || !containerd || !kubelet) throw new Error('a program is missing')
  await start(etcd)
  await start(containerd)
  await start(server)
  await serverReady(layout, allRun)
  for (const component of others) await start(component)
  await containerdReady(first, allRun)
  const pause = onMachine(layout, 'pause.tar')
  makePauseArchive(join(layout.bin, 'pause'), pause)
  await importImages(first, pause)
  await start(kubelet)
  await nodeReady(kubectlOf(layout), patience, allRun)
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

async function containerdReady(first: number, allRun: () => void): Promise<void> {
  await until('containerd', 120, async () => {
    allRun()
    const ctr = [`${inside}/bin/ctr`, '--address', `${inside}/containerd.sock`]
    const { status, stderr } = await tryRun('nsenter', enter(first, [...ctr, 'version']))
    return status === 0 || stderr
  })
}
