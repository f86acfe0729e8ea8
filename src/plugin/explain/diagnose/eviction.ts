// Pods that the kubelet ended as a whole: for the disk above all, which fetched wares fill.

import { member, memberString } from '../../../json.ts'
import { annotate } from './annotate.ts'
import {
  diagnosis,
  fetcherOf,
  kubectl,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'
import type { NextStep } from '../model.ts'

export function readEviction(context: PodContext): Diagnosis | undefined {
  const { status } = context.pod
  const reason = memberString(status, 'reason')
  if (reason !== 'Evicted') return undefined
  const told = (memberString(status, 'message') ?? 'the node does not say why').trim()
  const message = `the node evicted it: ${told.replace(/\.$/, '')}`
  return diagnosis('evicted', message, nextAfter(context, told))
}

/** Only the message of the kubelet says what ran out. */
function nextAfter(context: PodContext, told: string): NextStep {
  const container = /Container (\S+) exceeded its local ephemeral storage/.exec(told)?.[1]
  if (container !== undefined) {
    return fetcherOf(context, container) === undefined
      ? { text: `raise resources.limits.ephemeral-storage of container "${container}"` }
      : annotate(context, 'give the fetcher a higher limit', moreDisk)
  }
  if (/EmptyDir volume "r2k8s-root-/.test(told)) {
    return {
      text: 'leave securityContext.readOnlyRootFilesystem away: then the root has no limit',
    }
  }
  if (/exceeds the total limit of containers/.test(told)) return nextForTotal(context)
  if (/ephemeral-storage/.test(told)) {
    return {
      text: 'free disk space on the node, or let pods go where there is some: containers that request ephemeral-storage do',
      command: kubectl(context, 'get', 'pods', '-o', 'wide').replace(/ -n \S+$/, ' -A'),
    }
  }
  return {
    text: 'create it again where the node has room',
    command: 'kubectl describe nodes',
  }
}

/** The sum of the limits of those that have one. */
function nextForTotal(context: PodContext): NextStep {
  const limited = context.containers.filter(({ spec }) => {
    const limits = member(member(spec, 'resources'), 'limits')
    return member(limits, 'ephemeral-storage') !== undefined
  })
  if (limited.every(({ name }) => fetcherOf(context, name) !== undefined)) {
    return annotate(context, 'give the fetcher a higher limit', moreDisk)
  }
  const names = limited.map(({ name }) => `"${name}"`).join(', ')
  const text = `raise resources.limits.ephemeral-storage of container ${names}: what was fetched counts, too`
  return { text }
}

const moreDisk = {
  name: 'r2k8s.io/fetch-resources',
  value: '{"limits":{"ephemeral-storage":"2Gi"}}',
}
