// The port for the API server: opened with the first certificate, which later ones replace for new
// connections.

import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { closePort, openPort } from './open-port.ts'

export interface KeyPair {
  readonly key: string
  readonly cert: string
}

export interface TlsPort<Pair extends KeyPair> {
  readonly show: (pair: Pair) => void
  /** Rejects with R2k8sError when the port cannot be had. */
  readonly failed: Promise<never>
  readonly close: () => Promise<void>
}

export function createTlsPort<Pair extends KeyPair>(
  port: number,
  build: (pair: Pair) => FastifyInstance,
): TlsPort<Pair> {
  let app: FastifyInstance | undefined
  let opening: Promise<void> | undefined
  let isClosed = false
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => undefined) // told to whoever waits

  return {
    failed,
    show: (pair) => {
      // A certificate that comes too late opens nothing.
      if (isClosed) return
      if (app === undefined) {
        app = build(pair)
        opening = openPort(app, { port, flag: '--port' }).catch(fail)
      } else if (app.server instanceof TlsServer) {
        app.server.setSecureContext({ key: pair.key, cert: pair.cert })
      }
    },
    close: async () => {
      isClosed = true
      await opening
      if (app !== undefined) await closePort(app)
    },
  }
}
