import { afterEach, describe, expect, test } from 'vitest'
import { discover, findKind } from '../../src/cluster/discovery.ts'
import { json, serveAnswers, type Answer, type FaultyServer } from './api-server.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

/** Answers by path; what is not among them is not found. */
async function serve(answers: Readonly<Record<string, Answer>>): Promise<FaultyServer> {
  const server = await serveAnswers((request, response) => {
    const path = (request.url ?? '').replace('/base', '')
    const answer = answers[path] ?? json(404, { reason: 'NotFound', message: 'no' })
    answer(request, response)
  })
  open.push(server)
  return server
}

const groups = (...items: readonly unknown[]) =>
  json(200, { kind: 'APIGroupDiscoveryList', items })
const deployments = {
  resource: 'deployments',
  responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
  scope: 'Namespaced',
  singularResource: 'deployment',
  verbs: ['get', 'list'],
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: [{ subresource: 'scale', responseKind: { kind: 'Scale' } }],
}
const nodes = {
  resource: 'nodes',
  responseKind: { kind: 'Node' },
  scope: 'Cluster',
  singularResource: 'node',
  verbs: ['get'],
}

describe('of a server that lists all groups in one document', () => {
  const version = (
    name: string,
    freshness: string,
    ...resources: readonly unknown[]
  ) => ({
    version: name,
    freshness,
    resources,
  })

  test('kinds are read with all that is known of them, in its order', async () => {
    const { client, asked } = await serve({
      '/api': groups({ metadata: {}, versions: [version('v1', 'Current', nodes)] }),
      '/apis': groups({
        metadata: { name: 'apps' },
        versions: [
          version('v1', 'Current', deployments),
          version('v1beta1', 'Current', deployments),
        ],
      }),
    })
    const found = await discover(client)
    expect(found.problems).toEqual([])
    expect(found.kinds.map(({ resource }) => resource)).toEqual([
      { apiVersion: 'v1', plural: 'nodes', namespaced: false },
      { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true },
      { apiVersion: 'apps/v1beta1', plural: 'deployments', namespaced: true },
    ])
    expect(found.kinds[1]).toMatchObject({
      kind: 'Deployment',
      singular: 'deployment',
      shortNames: ['deploy'],
      verbs: ['get', 'list'],
      categories: ['all'],
    })
    expect(asked).toHaveLength(2)
  })

  test('a stale group is told, and hides neither the others nor what is known of it', async () => {
    const { client } = await serve({
      '/api': groups(),
      '/apis': groups(
        { metadata: { name: 'metrics.k8s.io' }, versions: [version('v1', 'Stale')] },
        { metadata: { name: 'old.io' }, versions: [version('v1', 'Stale', nodes)] },
        { metadata: { name: 'apps' }, versions: [version('v1', 'Current', deployments)] },
      ),
    })
    const { kinds, problems } = await discover(client)
    expect(kinds.map(({ kind }) => kind)).toEqual(['Node', 'Deployment'])
    expect(problems.map(({ task }) => task)).toEqual([
      'list the kinds of metrics.k8s.io/v1',
      'list the kinds of old.io/v1',
    ])
  })

  test('what has only subresources is left out', async () => {
    const only = { resource: 'odd', scope: 'Cluster', subresources: [{}], verbs: [] }
    const { client } = await serve({
      '/api': groups({ metadata: {}, versions: [version('v1', 'Current', only)] }),
      '/apis': groups(),
    })
    expect((await discover(client)).kinds).toEqual([])
  })
})

describe('of an older server', () => {
  const plain = {
    '/api': json(200, { kind: 'APIVersions', versions: ['v1'] }),
    '/api/v1': json(200, {
      kind: 'APIResourceList',
      resources: [
        { name: 'nodes', singularName: '', namespaced: false, kind: 'Node', verbs: [] },
        { name: 'nodes/status', namespaced: false, kind: 'Node', verbs: ['get'] },
      ],
    }),
    '/apis': json(200, {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'apps',
          versions: [{ groupVersion: 'apps/v1beta1' }, { groupVersion: 'apps/v1' }],
          preferredVersion: { groupVersion: 'apps/v1' },
        },
      ],
    }),
  }
  const apps = json(200, {
    resources: [{ name: 'deployments', namespaced: true, kind: 'Deployment' }],
  })

  test('groups are walked, the preferred version first', async () => {
    const { client } = await serve({
      ...plain,
      '/apis/apps/v1': apps,
      '/apis/apps/v1beta1': apps,
    })
    const { kinds, problems } = await discover(client)
    expect(problems).toEqual([])
    expect(kinds.map(({ resource }) => resource.apiVersion)).toEqual([
      'v1',
      'apps/v1',
      'apps/v1beta1',
    ])
    expect(kinds[0]).toMatchObject({ kind: 'Node', singular: 'node', shortNames: [] })
  })

  test('a group that does not answer is told, and hides no other', async () => {
    const { client } = await serve({
      ...plain,
      '/apis/apps/v1': json(503, { message: 'the server is unavailable' }),
      '/apis/apps/v1beta1': apps,
    })
    const { kinds, problems } = await discover(client)
    expect(kinds.map(({ kind }) => kind)).toEqual(['Node', 'Deployment'])
    expect(problems).toMatchObject([
      { task: 'list the kinds of apps/v1', why: 'the server is unavailable' },
    ])
  })
})

test('a list of groups that is refused is an error', async () => {
  const { client } = await serve({ '/api': groups() })
  await expect(discover(client)).rejects.toMatchObject({ code: 'rejected-by-cluster' })
})

test('a kind is found in its version only', () => {
  const resource = { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true }
  const rest = { singular: '', shortNames: [], verbs: [], categories: [] }
  const found = { kinds: [{ resource, kind: 'Deployment', ...rest }] }
  expect(findKind(found, 'apps/v1', 'Deployment')).toBe(resource)
  expect(findKind(found, 'apps/v2', 'Deployment')).toBeUndefined()
  expect(findKind(found, 'apps/v1', 'StatefulSet')).toBeUndefined()
})
