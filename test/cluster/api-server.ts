// A server in the place of the API server, for the faults that the real one does not produce on demand.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openConnection } from '../../src/cluster/api-connection.ts'
import { createApiClient, type ApiClient } from '../../src/cluster/api-client.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface FaultyServer {
  readonly client: ApiClient
  /** Method and URL of every request. */
  readonly asked: readonly string[]
  /** In milliseconds, of the pauses that were made. */
  readonly pauses: readonly number[]
  readonly authorizations: readonly (string | undefined)[]
  readonly close: () => Promise<void>
}

/** Gives one answer after the other, the last one again and again. */
export function serveAnswers(...answers: readonly Answer[]): Promise<FaultyServer> {
  return serveWithin(undefined, ...answers)
}

/** @param timeout of one request, in milliseconds */
export async function serveWithin(
  timeout: number | undefined,
  ...answers: readonly Answer[]
): Promise<FaultyServer> {
  const asked: string[] = []
  const pauses: number[] = []
  const authorizations: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    authorizations.push(request.headers.authorization)
    answer?.(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const connection = openConnection(
    {
      server: `http://127.0.0.1:${port}/base`,
      namespace: 'default',
      tls: { verify: true },
      credentials: (renewed) =>
        Promise.resolve({ authorization: renewed ? 'Bearer new' : 'Bearer old' }),
    },
    {
      userAgent: 'test',
      ...(timeout !== undefined && { timeout }),
      pause: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
    },
  )
  return {
    client: createApiClient(connection),
    asked,
    pauses,
    authorizations,
    close: async () => {
      await connection.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** Never. */
export const hang: Answer = () => undefined

export const breakOff: Answer = (request) => {
  request.socket.destroy()
}
