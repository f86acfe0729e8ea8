// What to do about a fetcher that failed, by the category of its failure (docs/errors.md).

import { memberString } from '../../../json.ts'
import { annotationsOf } from '../explain-rewrite.ts'
import type { Failure, NextStep } from '../model.ts'
import { annotate } from './annotate.ts'
import { kubectl, type PodContext } from './pod-context.ts'
import { nextForWarehouse, storeWare } from './warehouse-failure.ts'

export function nextAfterFailure(context: PodContext, failure: Failure): NextStep {
  const { category, message, hints } = failure
  switch (category) {
    case 'warehouse-unavailable':
      return nextForWarehouse(context, message)
    case 'ware-not-found':
      return storeWare(context, message, first(hints, 'store the ware in this warehouse'))
    case 'ware-corrupt':
      return storeWare(context, message, first(hints, replace))
    case 'ware-hash-mismatch':
      return storeWare(context, message, replace)
    case 'inoperable-path':
    case 'local-cache-problem':
      return nextForPath(context, failure)
    case 'assembly-invalid':
    case 'usage':
      // Written by one version, read by another.
      return message.includes('read the plan')
        ? { text: 'install fetcher and webhook anew', command: 'kubectl r2k8s install' }
        : pushAnother(context, 'move one of its inputs in the formula, and push it')
    case 'job-invalid':
      return pushAnother(
        context,
        'correct its program, working directory or wares in the formula, and push it',
      )
    case 'filter-rejection':
      return pushAnother(
        context,
        'set this filter to "ignore" in the formula, and push it',
      )
    case 'out-of-memory':
      return annotate(context, 'give the fetcher more memory', moreMemory)
    case 'crash':
      return { text: 'please report it, with its log', command: logsOf(context) }
    default:
      return { text: hints ?? 'look at its log', command: logsOf(context) }
  }
}

const replace = 'delete this archive in the warehouse, then store the right one'

/** That the address is written wrong is more likely than that the warehouse is. */
function first(hints: string | undefined, usual: string): string {
  return hints === undefined ? usual : `${hints}; or ${usual}`
}

const moreMemory = {
  name: 'r2k8s.io/fetch-resources',
  value: '{"limits":{"memory":"512Mi"}}',
}

function nextForPath(context: PodContext, { message, hints = '' }: Failure): NextStep {
  const missed = unmounted(hints)
  if (missed !== undefined) {
    const name = 'r2k8s.io/extra-paths'
    const present = memberString(annotationsOf(context.pod), name)
    const value = present === undefined ? missed : `${present} ${missed}`
    return annotate(context, 'have them mounted', { name, value })
  }
  if (/the disk is full|the disk quota is exhausted/.test(message)) {
    return annotate(context, 'let the pod go where the disk has room', {
      name: 'r2k8s.io/fetch-resources',
      value: '{"requests":{"ephemeral-storage":"2Gi"}}',
    })
  }
  if (message.includes('its program')) {
    return pushAnother(
      context,
      'correct its program or its wares in the formula, and push it',
    )
  }
  return { text: hints === '' ? 'look at its log' : hints, command: logsOf(context) }
}

/** The names that the fetcher found at the top of the root and nobody mounts. */
function unmounted(hints: string): string | undefined {
  const quoted = /r2k8s\.io\/extra-paths: ("(?:[^"\\]|\\.)*")/.exec(hints)?.[1]
  if (quoted === undefined) return undefined
  const names: unknown = JSON.parse(quoted)
  return typeof names === 'string' ? names : undefined
}

function pushAnother({ namespace }: PodContext, text: string): NextStep {
  return { text, command: `kubectl r2k8s push FORMULA -n ${namespace}` }
}

function logsOf(context: PodContext): string {
  const [fetcher] = context.rewrite?.fetchers ?? []
  return kubectl(context, 'logs', context.name, '-c', fetcher?.name ?? 'r2k8s-fetch')
}
