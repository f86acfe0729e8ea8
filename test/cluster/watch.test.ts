import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Resource } from '../../src/cluster/api-client.ts'
import { watch } from '../../src/cluster/watch.ts'
import { json, serveAnswers, type Answer, type FaultyServer } from './api-server.ts'

const formulas: Resource = {
  apiVersion: 'r2k8s.io/v1alpha1',
  plural: 'formulas',
  namespaced: true,
}
const open: FaultyServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const named = (name: string, version: string) => ({
  metadata: { name, resourceVersion: version },
})
const listOf = (version: string, ...names: readonly string[]) =>
  json(200, {
    metadata: { resourceVersion: version },
    items: names.map((name) => named(name, version)),
  })
const write = (response: ServerResponse, type: string, object: unknown) =>
  response.write(`${JSON.stringify({ type, object })}\n`)
const stream =
  (...events: readonly [type: string, object: unknown][]): Answer =>
  (_, response) => {
    response.writeHead(200)
    for (const [type, object] of events) write(response, type, object)
    response.end()
  }
/** The last answer: the watch goes on quietly. */
const quiet: Answer = (_, response) => {
  response.writeHead(200)
  response.flushHeaders()
}

/** What is told until so many requests were made. */
async function follow(requests: number, ...answers: readonly Answer[]) {
  const server = await serveAnswers(...answers)
  open.push(server)
  const over = new AbortController()
  const told: string[] = []
  const nameOf = (object: unknown) => /"name":"(\w+)"/.exec(JSON.stringify(object))?.[1]
  const running = watch(
    server.client,
    { resource: formulas },
    {
      listed: (items) => told.push(`list ${items.map(nameOf).join(' ')}`),
      changed: (change, object) => told.push(`${change} ${nameOf(object) ?? ''}`),
      troubled: (error) => told.push(error.code),
    },
    { signal: over.signal, pause: () => Promise.resolve() },
  )
  await expect.poll(() => server.asked.length, { timeout: 5000 }).toBe(requests)
  over.abort()
  await running
  return { told, asked: server.asked }
}

test('changes follow the list, and a watch that ends goes on where it was', async () => {
  const events = stream(
    ['ADDED', named('b', '6')],
    ['DELETED', named('a', '7')],
    ['BOOKMARK', { metadata: { resourceVersion: '9' } }],
  )
  const { told, asked } = await follow(3, listOf('5', 'a'), events, quiet)
  expect(told).toEqual(['list a', 'added b', 'deleted a'])
  expect(asked[1]).toMatch(/watch=true&resourceVersion=5&allowWatchBookmarks=true/)
  expect(asked[2]).toContain('resourceVersion=9')
})

test('a version that is too old has the list read again', async () => {
  const expired = stream(['ERROR', { kind: 'Status', code: 410, message: 'too old' }])
  const { told } = await follow(4, listOf('5', 'a'), expired, listOf('8', 'b'), quiet)
  expect(told).toEqual(['list a', 'list b'])
})

test('a refusal is told, and tried again', async () => {
  const { told } = await follow(3, json(403, { message: 'no' }), listOf('5', 'a'), quiet)
  expect(told).toEqual(['rejected-by-cluster', 'list a'])
})

test('a stream that breaks in the middle loses nothing that was read', async () => {
  const broken: Answer = (_, response) => {
    response.writeHead(200)
    write(response, 'ADDED', named('b', '6'))
    setTimeout(() => response.destroy(), 50)
  }
  const { told, asked } = await follow(3, listOf('5', 'a'), broken, quiet)
  expect(told).toEqual(['list a', 'added b'])
  expect(asked[2]).toContain('resourceVersion=6')
})
