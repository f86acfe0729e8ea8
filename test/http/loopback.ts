// Clients and servers on loopback for the tests of the HTTP client.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHttpClient, type HttpClientOptions } from '../../src/http/http-client.ts'
import type { HttpResponse, SendRequest } from '../../src/http-exchange.ts'

export function clientWith(options: Partial<HttpClientOptions> = {}): SendRequest {
  const client = createHttpClient({ env: {}, userAgent: 'test/1', ...options })
  onTestFinished(client.close)
  return client.send
}

/** Gives `127.0.0.1:port`. */
export async function serve(listener: RequestListener): Promise<string> {
  return await listenWith(createServer(listener))
}

export async function listenWith(
  server: Pick<Server, 'listen' | 'address' | 'close' | 'closeAllConnections'>,
): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `127.0.0.1:${portOf(server.address())}`
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export async function textOf(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
