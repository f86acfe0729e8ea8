// What kinds of objects the API server has, and where they are.

import { isString, member, memberArray, memberString, type JsonValue } from '../json.ts'
import { R2k8sError, type Problem } from '../errors.ts'
import type { ApiClient, Resource } from './api-client.ts'
import { rejected } from './api-failure.ts'
import { readAggregated } from './aggregated-discovery.ts'

/** One kind in one version of its group. */
export interface DiscoveredKind {
  readonly resource: Resource
  readonly kind: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly verbs: readonly string[]
  readonly categories: readonly string[]
}

export interface Discovery {
  /** Group by group in the server's order; of a group, the preferred version first. */
  readonly kinds: readonly DiscoveredKind[]
  /** Groups that could not be read, or are perhaps out of date; what is known of them is listed. */
  readonly problems: readonly Problem[]
}

/** Both forms in one request: a server that knows no aggregated discovery answers with the plain list. */
const accept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',')

/**
 * One group that does not answer does not hide the others.
 *
 * @throws R2k8sError when the list of groups itself cannot be had
 */
export async function discover(
  client: ApiClient,
  signal?: AbortSignal,
): Promise<Discovery> {
  const found = await Promise.all([
    discoverRoot(client, '/api', signal),
    discoverRoot(client, '/apis', signal),
  ])
  return join(found)
}

/** Where objects of the kind are; undefined when the server does not know it. */
export function findKind(
  discovered: Pick<Discovery, 'kinds'>,
  apiVersion: string,
  kind: string,
): Resource | undefined {
  return discovered.kinds.find(
    (known) => known.kind === kind && known.resource.apiVersion === apiVersion,
  )?.resource
}

async function discoverRoot(
  client: ApiClient,
  path: '/api' | '/apis',
  signal: AbortSignal | undefined,
): Promise<Discovery> {
  const outcome = await client.ask({
    method: 'GET',
    path,
    headers: { accept },
    ...(signal !== undefined && { signal }),
  })
  if (outcome.kind === 'refused') throw rejected('list the kinds of objects', outcome)
  const root = outcome.object
  if (memberString(root, 'kind') === 'APIGroupDiscoveryList') return readAggregated(root)
  const versions =
    path === '/api' ? memberArray(root, 'versions').filter(isString) : listVersions(root)
  return join(
    await Promise.all(
      versions.map((version) => discoverVersion(client, path, version, signal)),
    ),
  )
}

/** All groups of a plain list, of each the preferred version first. */
function listVersions(root: JsonValue): readonly string[] {
  return memberArray(root, 'groups').flatMap((group) => {
    const preferred = memberString(member(group, 'preferredVersion'), 'groupVersion')
    const versions = memberArray(group, 'versions')
      .map((version) => memberString(version, 'groupVersion'))
      .filter((version) => version !== undefined)
    return [
      ...versions.filter((version) => version === preferred),
      ...versions.filter((version) => version !== preferred),
    ]
  })
}

async function discoverVersion(
  client: ApiClient,
  path: string,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<Discovery> {
  const task = `list the kinds of ${apiVersion}`
  try {
    const outcome = await client.ask({
      method: 'GET',
      path: `${path}/${apiVersion}`,
      ...(signal !== undefined && { signal }),
    })
    if (outcome.kind === 'refused') throw rejected(task, outcome)
    return { kinds: readPlain(apiVersion, outcome.object), problems: [] }
  } catch (error) {
    if (!(error instanceof R2k8sError) || signal?.aborted === true) throw error
    return { kinds: [], problems: error.problems }
  }
}

function readPlain(apiVersion: string, list: JsonValue): readonly DiscoveredKind[] {
  return memberArray(list, 'resources').flatMap((item) => {
    const plural = memberString(item, 'name') ?? ''
    const kind = memberString(item, 'kind') ?? ''
    // A slash is that of a subresource, as in "pods/log".
    if (plural === '' || kind === '' || plural.includes('/')) return []
    return {
      resource: { apiVersion, plural, namespaced: member(item, 'namespaced') === true },
      kind,
      singular: nonEmpty(memberString(item, 'singularName')) ?? kind.toLowerCase(),
      shortNames: memberArray(item, 'shortNames').filter(isString),
      verbs: memberArray(item, 'verbs').filter(isString),
      categories: memberArray(item, 'categories').filter(isString),
    }
  })
}

/** Older servers leave the singular empty. */
function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function join(found: readonly Discovery[]): Discovery {
  return {
    kinds: found.flatMap(({ kinds }) => kinds),
    problems: found.flatMap(({ problems }) => problems),
  }
}
