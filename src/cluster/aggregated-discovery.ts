// Reads the one document in which newer servers list all groups: APIGroupDiscoveryList, v2 and v2beta1 alike.

import { isString, member, memberArray, memberString, type JsonValue } from '../json.ts'
import type { Problem } from '../errors.ts'
import type { DiscoveredKind, Discovery } from './discovery.ts'

/** The server has put groups and versions in the order of its preference. */
export function readAggregated(list: JsonValue): Discovery {
  const kinds: DiscoveredKind[] = []
  const problems: Problem[] = []
  for (const group of memberArray(list, 'items')) {
    // The core group has no name.
    const name = memberString(member(group, 'metadata'), 'name') ?? ''
    for (const version of memberArray(group, 'versions')) {
      const number = memberString(version, 'version') ?? ''
      const apiVersion = name === '' ? number : `${name}/${number}`
      for (const item of memberArray(version, 'resources')) {
        const kind = readKind(apiVersion, item)
        if (kind !== undefined) kinds.push(kind)
      }
      if (memberString(version, 'freshness') === 'Stale') problems.push(stale(apiVersion))
    }
  }
  return { kinds, problems }
}

function readKind(apiVersion: string, item: JsonValue): DiscoveredKind | undefined {
  const plural = memberString(item, 'resource') ?? ''
  const kind = memberString(member(item, 'responseKind'), 'kind') ?? ''
  // What has only subresources has no kind of its own.
  if (plural === '' || kind === '') return undefined
  const singular = memberString(item, 'singularResource') ?? ''
  return {
    resource: {
      apiVersion,
      plural,
      namespaced: memberString(item, 'scope') === 'Namespaced',
    },
    kind,
    singular: singular === '' ? kind.toLowerCase() : singular,
    shortNames: memberArray(item, 'shortNames').filter(isString),
    verbs: memberArray(item, 'verbs').filter(isString),
    categories: memberArray(item, 'categories').filter(isString),
  }
}

/** Such a version is served by another server, which the API server has not reached. */
function stale(apiVersion: string): Problem {
  return {
    code: 'cluster-unreachable',
    task: `list the kinds of ${apiVersion}`,
    why: 'the server behind this group does not answer',
    hints: ['look at its APIService with "kubectl get apiservices"'],
  }
}
