// What to do when a warehouse does not give a ware: it is away, wants a login, lacks it, or has another.

import { memberString } from '../../../json.ts'
import type { NextStep } from '../model.ts'
import { annotate } from './annotate.ts'
import { kubectl, type PodContext } from './pod-context.ts'

/** The fetcher has one category for all that keeps a warehouse from answering. */
export function nextForWarehouse(context: PodContext, message: string): NextStep {
  if (/HTTP status 40[13]|credentials/.test(message)) return nextForLogin(context)
  const host = /"[^"]*?:\/\/([^/"]+)/.exec(message)?.[1] ?? 'the warehouse'
  const what = message.includes('HTTP status')
    ? `see why ${host} answers so`
    : `see to it that pods reach ${host}`
  return { text: `${what}; ${triesAgain(context)}` }
}

function nextForLogin(context: PodContext): NextStep {
  const known = context.rewrite?.warehouseSecret
  const secret = known ?? 'wares'
  const create = kubectl(
    context,
    'create',
    'secret',
    'generic',
    secret,
    '--from-file=netrc=FILE',
  )
  if (known !== undefined) {
    const text = `the Secret "${secret}" holds no login for this warehouse, or a wrong one: make it anew; ${triesAgain(context)}`
    return { text, command: `${create} --dry-run=client -o yaml | kubectl apply -f -` }
  }
  const step = annotate(context, 'put the login into a Secret and name that', {
    name: 'r2k8s.io/warehouse-secret',
    value: secret,
  })
  const { command } = step
  return { ...step, command: command === undefined ? create : `${create} && ${command}` }
}

/** @param what is to be done, up to the command */
export function storeWare(context: PodContext, message: string, what: string): NextStep {
  const text = `${what}; ${triesAgain(context)}`
  const placed = context.rewrite?.containers
    .flatMap(({ wares }) => wares)
    .find(({ ware }) => message.includes(ware))
  if (placed === undefined) return { text }
  const { ware, warehouses } = placed
  const target = warehouses.find((address) => message.includes(`"${address}"`))
  const command = `kubectl r2k8s ware mirror ${ware} --source GOOD-WAREHOUSE --target ${target ?? 'WAREHOUSE'}`
  return { text, command }
}

/** Of a pod that is not restarted nothing more comes. */
function triesAgain({ pod }: PodContext): string {
  const isOver =
    memberString(pod['spec'], 'restartPolicy') === 'Never' ||
    memberString(pod['status'], 'phase') === 'Failed'
  return isOver ? 'then create the pod again' : 'the fetcher tries again by itself'
}
