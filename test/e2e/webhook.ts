// The installed webhook as tests handle it.

import { kubectl, r2k8s, tryKubectl, until } from './lab.ts'

const system = ['-n', 'r2k8s-system'] as const
export const deployment = 'deployment/r2k8s-webhook'

export const inSystem = (...args: readonly string[]) => kubectl([...system, ...args])

export async function rolledOut(): Promise<void> {
  await inSystem('rollout', 'status', deployment, '--timeout=120s')
}

/** With these flags instead of those it has: a rolling restart. */
export async function restartWith(flags: readonly string[]): Promise<void> {
  const path = '/spec/template/spec/containers/0/args'
  const patch = JSON.stringify([{ op: 'add', path, value: flags }])
  await inSystem('patch', deployment, '--type=json', '-p', patch)
  await rolledOut()
}

/** As `install` makes it, and answering. */
export async function restore(): Promise<void> {
  await endReplicas()
  const remove = [{ op: 'remove', path: '/spec/template/spec/containers/0/args' }]
  const patch = ['patch', deployment, '--type=json', '-p', JSON.stringify(remove)]
  await tryKubectl([...system, ...patch])
  await inSystem('scale', deployment, '--replicas=2')
  await r2k8s(['install'])
}

export interface Authority {
  readonly cert: string
  readonly key: string
  readonly added: number
}

const secret = ['secret', 'r2k8s-ca']

export async function readAuthorities(): Promise<Authority[]> {
  const path = '{.data.authorities\\.json}'
  const encoded = await inSystem('get', ...secret, '-o', `jsonpath=${path}`)
  return JSON.parse(Buffer.from(encoded, 'base64').toString()) as Authority[]
}

export async function writeAuthorities(list: readonly Authority[]): Promise<void> {
  const value = Buffer.from(JSON.stringify(list)).toString('base64')
  const patch = JSON.stringify({ data: { 'authorities.json': value } })
  await inSystem('patch', ...secret, '--type=merge', '-p', patch)
}

export async function deleteAuthorities(): Promise<void> {
  await inSystem('delete', ...secret)
}

/** How many certificates each pod says that it has shown so far. */
export async function countShown(): Promise<number> {
  const args = ['logs', '-l', 'app.kubernetes.io/component=webhook', '--tail=-1']
  return (await inSystem(...args)).split('certificate is shown').length - 1
}

export async function countPods(): Promise<number> {
  const args = ['get', 'pods', '-l', 'app.kubernetes.io/component=webhook', '-o', 'name']
  return (await inSystem(...args)).trim().split('\n').length
}

const pods = ['pods', '-l', 'app.kubernetes.io/component=webhook']

/**
 * In a second or two. Whom its controller ends is left to drain, and the kubelet lets nobody hurry that:
 * so they are ended before the controller is told, and it can put no others in their place.
 */
async function endReplicas(): Promise<void> {
  const nodes = (await kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n')
  await kubectl(['cordon', ...nodes])
  try {
    const now = ['--grace-period=1', '--wait=false', '--ignore-not-found']
    await inSystem('delete', ...pods, ...now)
    await inSystem('scale', deployment, '--replicas=0')
    await until('the new ones are gone', async () => {
      const pending = ['--field-selector=status.phase=Pending']
      return (await inSystem('get', ...pods, ...pending, '-o', 'name')) === ''
    })
  } finally {
    await kubectl(['uncordon', ...nodes])
  }
}

/** Nobody is served any more when it returns. */
export async function takeAway(): Promise<void> {
  await endReplicas()
  await until('no pod of the webhook is left', async () => {
    return (await inSystem('get', ...pods, '-o', 'name')) === ''
  })
}
