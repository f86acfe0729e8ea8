// The opening handshake of a WebSocket, with the credentials and the TLS material of the cluster.

import { createHash, randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { ClusterAccess } from './cluster-access.ts'
import { makeDispatcher } from './dispatcher.ts'
import type { Refusal } from './api-failure.ts'
import { readRefusalText } from './refusal-text.ts'

export interface UpgradeRequest {
  /** Begins with a slash; names are encoded already. */
  readonly path: string
  /** Names may come several times. */
  readonly query: URLSearchParams
  /** The best one first. */
  readonly protocols: readonly string[]
  readonly signal?: AbortSignal
  /** Of the handshake, in milliseconds; 30 s unless told. */
  readonly timeout?: number
}

export interface Upgraded {
  readonly kind: 'upgraded'
  readonly socket: Duplex
  /** The one of the protocols that the server has chosen. */
  readonly protocol: string
}

/** @throws Error of the connection as it is, also when the signal comes */
export async function upgrade(
  access: ClusterAccess,
  request: UpgradeRequest,
): Promise<Upgraded | Refusal> {
  const first = await shakeHands(access, request, await access.credentials(false))
  if (first.kind === 'upgraded' || first.status !== 401) return first
  return shakeHands(access, request, await access.credentials(true))
}

async function shakeHands(
  access: ClusterAccess,
  request: UpgradeRequest,
  credentials: Readonly<Record<string, string | string[]>>,
): Promise<Upgraded | Refusal> {
  const { path, query, protocols, signal, timeout = 30_000 } = request
  const base = new URL(access.server)
  const key = randomBytes(16).toString('base64')
  // A connection that is upgraded leaves the pool, so there is none to share.
  const dispatcher = makeDispatcher(access, timeout)
  const giveUp = () => {
    void dispatcher.destroy(new Error('it was cancelled'))
  }
  signal?.addEventListener('abort', giveUp)
  try {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      dispatcher.dispatch(
        {
          origin: base.origin,
          path: `${base.pathname.replace(/\/$/, '')}${path}?${query.toString()}`,
          method: 'GET',
          upgrade: 'websocket',
          headers: {
            ...credentials,
            'sec-websocket-version': '13',
            'sec-websocket-key': key,
            'sec-websocket-protocol': protocols.join(', '),
          },
          headersTimeout: timeout,
          bodyTimeout: timeout,
        },
        answerTo({ key, protocols }, resolve, reject),
      )
    })
  } finally {
    signal?.removeEventListener('abort', giveUp)
    void dispatcher.destroy()
  }
}

/** undici's `upgrade()` forgets the body of a refusal, where the reason is. */
function answerTo(
  { key, protocols }: { readonly key: string; readonly protocols: readonly string[] },
  resolve: (outcome: Upgraded | Refusal) => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const spoken = protocols.join(' or ')
  let status = 0
  const body: Uint8Array[] = []
  return {
    onRequestStart: () => undefined,
    onRequestUpgrade: (_, code, headers, socket) => {
      const protocol = String(headers['sec-websocket-protocol'] ?? '')
      const proof = createHash('sha1')
        .update(key + proofSuffix)
        .digest('base64')
      if (code === 101 && headers['sec-websocket-accept'] === proof) {
        if (protocols.includes(protocol)) {
          resolve({ kind: 'upgraded', socket, protocol })
          return
        }
      }
      socket.destroy()
      reject(new Error(`the server does not speak ${spoken}`))
    },
    onResponseStart: (_, code) => {
      status = code
    },
    onResponseData: (_, chunk) => {
      body.push(chunk)
    },
    onResponseEnd: () => {
      if (status < 300) {
        reject(new Error('the server, or a proxy before it, opens no WebSocket'))
        return
      }
      const text = Buffer.concat(body).toString()
      // Servers that speak none of the protocols say no more than their status.
      const words = text === '' ? `the server answered ${status} to ${spoken}` : text
      resolve(readRefusalText(status, words))
    },
    onResponseError: (_, error) => {
      reject(error)
    },
  }
}

/** RFC 6455, 1.3: who knows it has understood the request. */
const proofSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
