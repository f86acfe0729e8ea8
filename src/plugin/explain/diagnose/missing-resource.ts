// Which of a pod's requests no node can meet: the fetcher's own, or those of the user.

import { member, memberString, type JsonObject, type JsonValue } from '../../../json.ts'
import { parseQuantity, type Quantity } from '../../../mutate/quantity.ts'
import type { ContainerFacts } from '../container-facts.ts'
import type { NextStep } from '../model.ts'
import { annotate } from './annotate.ts'
import { fetcherOf, type PodContext } from './pod-context.ts'

export function nextForResource(context: PodContext, resource: string): NextStep {
  const { containers } = context
  const running = containers.filter(({ isInit, isSidecar }) => !isInit || isSidecar)
  const sum = running.reduce((total, each) => total + requestOf(each, resource), 0n)
  const fetcher = containers.find(
    (each) =>
      fetcherOf(context, each.name) !== undefined && requestOf(each, resource) > sum,
  )
  if (fetcher !== undefined) {
    const request = { requests: { [resource]: '0' } }
    return annotate(context, 'let the fetcher request none', {
      name: 'r2k8s.io/fetch-resources',
      value: JSON.stringify(request),
    })
  }
  const [largest] = [...running].sort((a, b) =>
    requestOf(a, resource) < requestOf(b, resource) ? 1 : -1,
  )
  const request = largest === undefined ? undefined : requestText(largest.spec, resource)
  const whose =
    request === undefined
      ? ''
      : `: container "${largest?.name ?? ''}" requests ${request}`
  return {
    text: `request less ${resource}, or add nodes${whose}`,
    command: 'kubectl describe nodes',
  }
}

function requestOf({ spec }: ContainerFacts, resource: string): Quantity {
  return parseQuantity(requestText(spec, resource) ?? '0') ?? 0n
}

function requestText(spec: JsonObject, resource: string): string | undefined {
  const requests: JsonValue | undefined = member(member(spec, 'resources'), 'requests')
  const found = member(requests, resource)
  return typeof found === 'number' ? String(found) : memberString(requests, resource)
}
