// An API server in the place of the real one, as far as the webhook goes: objects in memory, watches that
// tell every change. What is written to it can be looked at.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openConnection } from '../../src/cluster/api-connection.ts'
import { createApiClient, type ApiClient } from '../../src/cluster/api-client.ts'
import type { ClusterAccess } from '../../src/cluster/cluster-access.ts'
import { isObject, member, memberString, type JsonObject } from '../../src/json.ts'

export interface WebhookCluster {
  readonly access: ClusterAccess
  readonly client: ApiClient
  /** By path. */
  readonly objects: Map<string, JsonObject>
  /** Method, path and body of everything that was written. */
  readonly writes: { readonly call: string; readonly body: JsonObject }[]
  /** Puts an object there and tells whoever watches its collection. */
  readonly put: (collection: string, object: JsonObject) => void
  readonly remove: (collection: string, name: string) => void
  readonly close: () => Promise<void>
}

export const registration =
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/r2k8s'
export const secret = '/api/v1/namespaces/r2k8s-system/secrets/r2k8s-ca'
export const configMaps = '/api/v1/namespaces/r2k8s-system/configmaps'
export const formulas = '/apis/r2k8s.io/v1alpha1/formulas'

export async function startWebhookCluster(): Promise<WebhookCluster> {
  const objects = new Map<string, JsonObject>([
    [registration, { webhooks: [{ name: 'pods.mutate.r2k8s.io', clientConfig: {} }] }],
  ])
  const writes: { call: string; body: JsonObject }[] = []
  const watching = new Map<string, Set<ServerResponse>>()
  let version = 1

  const tell = (collection: string, type: string, object: JsonObject): void => {
    for (const watcher of watching.get(collection) ?? []) {
      watcher.write(`${JSON.stringify({ type, object })}\n`)
    }
  }
  const versioned = (object: JsonObject): JsonObject => {
    const metadata = member(object, 'metadata')
    const known = isObject(metadata) ? metadata : {}
    return { ...object, metadata: { ...known, resourceVersion: String(++version) } }
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const send = (status: number, body: JsonObject) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body))
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    if (searchParams.has('watch')) {
      response.writeHead(200).flushHeaders()
      const watchers = watching.get(pathname) ?? new Set()
      watching.set(pathname, watchers.add(response))
      return
    }
    const known = objects.get(pathname)
    if (request.method === 'GET') {
      if (known !== undefined) return send(200, known)
      if (pathname !== formulas && pathname !== configMaps) {
        return send(404, { code: 404, reason: 'NotFound' })
      }
      const items = [...objects].filter(([path]) => path.startsWith(`${pathname}/`))
      const metadata = { resourceVersion: String(version) }
      return send(200, { metadata, items: items.map(([, object]) => object) })
    }
    const body = JSON.parse(text) as JsonObject // the code under test has sent it
    writes.push({ call: `${request.method ?? ''} ${pathname}`, body })
    const name = memberString(member(body, 'metadata'), 'name') ?? ''
    const path = request.method === 'POST' ? `${pathname}/${name}` : pathname
    if (request.method === 'POST' && objects.has(path)) {
      return send(409, { code: 409, reason: 'AlreadyExists' })
    }
    if (!path.endsWith('/status')) objects.set(path, versioned({ ...known, ...body }))
    return send(200, objects.get(path) ?? body)
  }

  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const access: ClusterAccess = {
    server: `http://127.0.0.1:${port}`,
    namespace: 'r2k8s-system',
    tls: { verify: true },
    credentials: () => Promise.resolve({}),
  }
  const connection = openConnection(access, { userAgent: 'test' })
  return {
    access,
    client: createApiClient(connection),
    objects,
    writes,
    put: (collection, object) => {
      const name = memberString(member(object, 'metadata'), 'name') ?? ''
      const type = objects.has(`${collection}/${name}`) ? 'MODIFIED' : 'ADDED'
      const next = versioned(object)
      objects.set(`${collection}/${name}`, next)
      tell(collection, type, next)
    },
    remove: (collection, name) => {
      const object = objects.get(`${collection}/${name}`)
      objects.delete(`${collection}/${name}`)
      if (object !== undefined) tell(collection, 'DELETED', object)
    },
    close: async () => {
      await connection.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
