// The cluster's own kubectl, and whether its API server answers.

import { join } from 'node:path'
import { until } from '../command.ts'
import { createKubectl, type Kubectl } from '../kubectl.ts'
import { onMachine, type Layout } from './layout.ts'

export const kubeconfigOf = (layout: Layout) => onMachine(layout, 'kubeconfig')

export const kubectlOf = (layout: Layout): Kubectl =>
  createKubectl(join(layout.bin, 'kubectl'), kubeconfigOf(layout))

/** @param check throws when waiting is in vain */
export async function serverReady(layout: Layout, check: () => void): Promise<void> {
  const kubectl = kubectlOf(layout)
  await until('the API server', 300, async () => {
    check()
    const { status, stderr } = await kubectl('get', '--raw', '/readyz')
    return status === 0 || briefly(stderr)
  })
}

/** Of some forty parts it names those that are not ready. */
function briefly(said: string): string {
  const waiting = [...said.matchAll(/\[-\](\S+)/g)].map(([, name = '']) => name)
  return waiting.length === 0 ? said.trim() : `not ready: ${waiting.join(', ')}`
}
