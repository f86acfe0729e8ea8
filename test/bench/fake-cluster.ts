// As much of an API server as the webhook asks of one: a list of Formulas, and objects in memory. It
// costs nothing while the webhook is measured.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { JsonObject, JsonValue } from '../../src/json.ts'
import { member, memberString } from '../../src/json.ts'

export interface FakeCluster {
  readonly address: string
  readonly stop: () => void
}

export function startFakeCluster(formulas: readonly JsonObject[]): Promise<FakeCluster> {
  const objects = new Map<string, JsonValue>([
    [registration, { webhooks: [{ name: 'pods.mutate.r2k8s.io', clientConfig: {} }] }],
  ])
  const server = createServer((request, response) => {
    void answer(request, response, { objects, formulas })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      resolve({
        address: `http://127.0.0.1:${port ?? 0}`,
        stop: () => {
          server.closeAllConnections()
          server.close()
        },
      })
    })
  })
}

const registration =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/r2k8s'

interface State {
  readonly objects: Map<string, JsonValue>
  readonly formulas: readonly JsonObject[]
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { objects, formulas }: State,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const send = (status: number, body: JsonValue) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body))
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  if (searchParams.has('watch')) {
    response.writeHead(200).flushHeaders() // nothing ever changes
    return
  }
  if (request.method === 'GET' && pathname.endsWith('/formulas')) {
    const from = Number(searchParams.get('continue') ?? 0)
    const to = from + Number(searchParams.get('limit') ?? formulas.length)
    const rest = to < formulas.length ? { continue: String(to) } : {}
    send(200, {
      metadata: { resourceVersion: '1', ...rest },
      items: formulas.slice(from, to),
    })
  } else if (request.method === 'GET' && pathname.endsWith('/configmaps')) {
    send(200, { metadata: { resourceVersion: '1' }, items: [] })
  } else if (request.method === 'GET') {
    const found = objects.get(pathname)
    send(found === undefined ? 404 : 200, found ?? { code: 404, reason: 'NotFound' })
  } else {
    const object = JSON.parse(text) as JsonObject // the webhook sent it
    const name = memberString(member(object, 'metadata'), 'name') ?? ''
    objects.set(request.method === 'POST' ? `${pathname}/${name}` : pathname, object)
    send(200, object)
  }
}
