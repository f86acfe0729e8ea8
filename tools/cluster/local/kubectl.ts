// The cluster's own kubectl, asked by the harness itself.

import { join } from 'node:path'
import { tryRun, until } from '../command.ts'
import { onMachine, type Layout } from './layout.ts'

export const kubeconfigOf = (layout: Layout) => onMachine(layout, 'kubeconfig')

export function kubectl(layout: Layout, args: readonly string[]) {
  const common = ['--kubeconfig', kubeconfigOf(layout), '--request-timeout=5s']
  return tryRun(join(layout.bin, 'kubectl'), [...common, ...args])
}

/** @param check throws when waiting is in vain */
export async function serverReady(layout: Layout, check: () => void): Promise<void> {
  await until('the API server', 300, async () => {
    check()
    const { status, stderr } = await kubectl(layout, ['get', '--raw', '/readyz'])
    return status === 0 || briefly(stderr)
  })
}

/** Of some forty parts it names those that are not ready. */
function briefly(said: string): string {
  const waiting = [...said.matchAll(/\[-\](\S+)/g)].map(([, name = '']) => name)
  return waiting.length === 0 ? said.trim() : `not ready: ${waiting.join(', ')}`
}
