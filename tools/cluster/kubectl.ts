// kubectl, as the harness itself asks it.

import { tryRun, until, type Ran } from './command.ts'

export type Kubectl = (...args: readonly string[]) => Promise<Ran>

/** @param program a path @param kubeconfig a file */
export function createKubectl(program: string, kubeconfig: string): Kubectl {
  const common = ['--kubeconfig', kubeconfig, '--request-timeout=5s']
  return (...args) => tryRun(program, [...common, ...args])
}

/**
 * @param seconds how long to wait for the node, and then for what pods need besides
 * @param check throws when waiting is in vain
 */
export async function nodeReady(
  kubectl: Kubectl,
  seconds: { readonly node: number; readonly account: number },
  check: () => void = () => undefined,
): Promise<void> {
  const ready = "{.items[*].status.conditions[?(@.type=='Ready')]['status','message']}"
  await until('the node', seconds.node, async () => {
    check()
    const { stdout, stderr } = await kubectl('get', 'nodes', `-o=jsonpath=${ready}`)
    return stdout.startsWith('True') || stdout || stderr
  })
  // Pods are refused before it is there.
  await until('the default service account', seconds.account, async () => {
    const { status, stderr } = await kubectl('get', 'serviceaccount', 'default')
    return status === 0 || stderr
  })
}
