// A server that knows Formulas and nothing else, in the place of the API server.

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A Formula as it came. */
export interface StoredFormula {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly id: string
    readonly dialect: string
    readonly source: string
    readonly warehouses?: readonly string[]
    readonly wares?: Readonly<Record<string, unknown>>
  }
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface FakeCluster {
  /** Its `--server`. */
  readonly flags: readonly string[]
  /** By `namespace/name`. */
  readonly stored: Map<string, StoredFormula>
  /** Method and path of every request for Formulas. */
  readonly asked: readonly string[]
}

export interface FakeOptions {
  /** Instead of the usual answer. */
  readonly answer?: (method: string, path: string) => Answer | undefined
  /** Data of the ConfigMap with the settings. */
  readonly settings?: string
}

export const status = (code: number, reason: string, message: string): Answer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
})

export async function startCluster(options: FakeOptions = {}): Promise<FakeCluster> {
  const stored = new Map<string, StoredFormula>()
  const asked: string[] = []

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { method = '', url = '' } = request
    const { pathname, searchParams } = new URL(url, 'http://x')
    let text = ''
    for await (const chunk of request) text += String(chunk)
    if (pathname.endsWith('/configmaps/r2k8s-settings')) {
      const { settings } = options
      if (settings === undefined) return status(403, 'Forbidden', 'not for you')
      return { status: 200, body: { data: { 'settings.yaml': settings } } }
    }
    asked.push(`${method} ${url}`)
    const given = options.answer?.(method, pathname)
    if (given !== undefined) return given
    const [, namespace, name] =
      /^\/apis\/r2k8s\.io\/v1alpha1\/namespaces\/([^/]+)\/formulas(?:\/([^/]+))?$/.exec(
        pathname,
      ) ?? []
    if (namespace === undefined) return status(404, 'NotFound', 'no such path')
    if (method === 'GET') {
      const found = stored.get(`${namespace}/${name ?? ''}`)
      return found === undefined
        ? status(404, 'NotFound', 'formulas not found')
        : { status: 200, body: found }
    }
    if (name !== undefined) return status(405, 'MethodNotAllowed', 'no name here')
    const object = JSON.parse(text) as StoredFormula // of our own client
    if (searchParams.get('dryRun') !== 'All') {
      stored.set(`${namespace}/${object.metadata.name}`, object)
    }
    return { status: 201, body: object }
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status: code, body }) => {
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // of a server that listens on one
  return { flags: ['--server', `http://127.0.0.1:${port}`], stored, asked }
}
