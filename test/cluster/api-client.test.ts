import { afterEach, describe, expect, test } from 'vitest'
import { pathOf, type Resource } from '../../src/cluster/api-client.ts'
import {
  breakOff,
  hang,
  json,
  serveAnswers,
  serveWithin,
  type Answer,
  type FaultyServer,
} from './api-server.ts'

const pods: Resource = { apiVersion: 'v1', plural: 'pods', namespaced: true }
const roles: Resource = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  plural: 'clusterroles',
  namespaced: false,
}
const open: FaultyServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function serve(...answers: readonly Answer[]): Promise<FaultyServer> {
  const server = await serveAnswers(...answers)
  open.push(server)
  return server
}

const web = { resource: pods, namespace: 'shop', name: 'web' }

test('names go into paths byte for byte', () => {
  expect(pathOf(web)).toBe('/api/v1/namespaces/shop/pods/web')
  expect(pathOf({ resource: roles, name: 'System:Node/x' })).toBe(
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/System%3ANode%2Fx',
  )
})

describe('tries again', () => {
  test('when the server asks for it, after as long as it says', async () => {
    const busy = json(429, { message: 'too many' }, { 'retry-after': '2' })
    const { client, asked, pauses } = await serve(busy, json(200, { kind: 'Pod' }))
    expect(await client.get(web)).toEqual({ kind: 'object', object: { kind: 'Pod' } })
    expect(asked).toHaveLength(2)
    expect(pauses).toEqual([2000])
  })

  test('when a question got no answer', async () => {
    const { client, asked } = await serve(breakOff, json(200, {}))
    expect((await client.get(web)).kind).toBe('object')
    expect(asked).toHaveLength(2)
  })

  test('with new credentials, once, when the old ones are refused', async () => {
    const refusal = json(401, { reason: 'Unauthorized', message: 'no' })
    const { client, authorizations } = await serve(refusal)
    expect(await client.get(web)).toMatchObject({ kind: 'refused', status: 401 })
    expect(authorizations).toEqual(['Bearer old', 'Bearer new'])
  })

  test('but not what may have changed something', async () => {
    const { client, asked } = await serve(breakOff, json(201, {}))
    const creating = client.create({ resource: pods, namespace: 'shop' }, { kind: 'Pod' })
    await expect(creating).rejects.toMatchObject({ code: 'cluster-unreachable' })
    expect(asked).toHaveLength(1)
  })
})

describe('within the time of one request', () => {
  async function serveFor(timeout: number, ...answers: readonly Answer[]) {
    const server = await serveWithin(timeout, ...answers)
    open.push(server)
    return server
  }

  test('a question without an answer is asked once', async () => {
    const { client, asked } = await serveFor(300, hang)
    await expect(client.get(web)).rejects.toThrow('no answer within 0.3 s')
    expect(asked).toHaveLength(1)
  })

  test('another try has what the first one has left', async () => {
    const { client, asked } = await serveFor(1000, breakOff, hang)
    await expect(client.get(web)).rejects.toThrow('no answer within 1 s')
    expect(asked).toHaveLength(2)
  })

  test('an answer that drips is not waited for', async () => {
    const drip: Answer = (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => {
        clearInterval(timer)
      })
    }
    const { client, asked } = await serveFor(300, drip)
    await expect(client.get(web)).rejects.toMatchObject({ code: 'cluster-unreachable' })
    expect(asked).toHaveLength(1)
  })

  test('a pause that is too long is none: the refusal stands', async () => {
    const busy = json(429, { message: 'too many' }, { 'retry-after': '20' })
    const { client, pauses } = await serveFor(1000, busy)
    expect(await client.get(web)).toMatchObject({ status: 429, message: 'too many' })
    expect(pauses).toEqual([])
  })

  test('a stream may be longer', async () => {
    const slow: Answer = (_, response) => {
      response.writeHead(200).write('a')
      setTimeout(() => response.end('b'), 400)
    }
    const { client } = await serveFor(200, slow)
    const request = { method: 'GET', path: '/log', silence: 0 } as const
    const { body } = await client.connection.send(request)
    expect(await body.text()).toBe('ab')
  })
})

test('a refusal keeps the words and the reason of the API', async () => {
  const body = { reason: 'NotFound', message: 'pods "web" not found' }
  const { client } = await serve(json(404, body))
  expect(await client.get(web)).toEqual({ kind: 'refused', status: 404, ...body })
})

test('a proxy that answers in words is quoted', async () => {
  const { client } = await serve((_, response) => {
    response.writeHead(502)
    response.end('bad gateway')
  })
  expect(await client.get(web)).toMatchObject({ status: 502, message: 'bad gateway' })
})

describe('a list', () => {
  const page = (names: readonly string[], next?: string) =>
    json(200, {
      metadata: { resourceVersion: '7', ...(next !== undefined && { continue: next }) },
      items: names.map((name) => ({ metadata: { name } })),
    })
  const namesOf = (items: readonly unknown[]) =>
    JSON.stringify(items).match(/(?<="name":")[abc]/g)

  test('is read page by page', async () => {
    const { client, asked } = await serve(page(['a'], 'more'), page(['b']))
    const { items, resourceVersion } = await client.list({ resource: pods })
    expect(namesOf(items)).toEqual(['a', 'b'])
    expect(resourceVersion).toBe('7')
    expect(asked[1]).toContain('continue=more')
  })

  test('starts anew when its rest is gone', async () => {
    const gone = json(410, { reason: 'Expired', message: 'too old' })
    const { client } = await serve(page(['a'], 'more'), gone, page(['b', 'c']))
    expect(namesOf((await client.list({ resource: pods })).items)).toEqual(['b', 'c'])
  })

  test('that is refused is an error', async () => {
    const { client } = await serve(json(403, { message: 'you may not list pods' }))
    await expect(client.list({ resource: pods })).rejects.toMatchObject({
      code: 'rejected-by-cluster',
    })
  })
})

test('a patch says what kind it is, and who writes', async () => {
  const types: (string | undefined)[] = []
  const { client, asked } = await serve((request, response) => {
    types.push(request.headers['content-type'])
    json(200, {})(request, response)
  })
  await client.patch(web, [], { type: 'json', subresource: 'status' })
  await client.apply(web, {}, { fieldManager: 'r2k8s', force: true, dryRun: true })
  expect(types).toEqual(['application/json-patch+json', 'application/apply-patch+yaml'])
  expect(asked[0]).toContain('/base/api/v1/namespaces/shop/pods/web/status?')
  expect(asked[1]).toMatch(/fieldManager=r2k8s&dryRun=All&force=true/)
})
