// Listening on all addresses of the pod, of whichever families it has.

import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'

/** @throws Error of the system, when the port is taken say */
export async function openPort(app: FastifyInstance, port: number): Promise<void> {
  await app.ready()
  // Without a host Node takes IPv6 with IPv4, or IPv4 where that is all there is.
  app.server.listen(port)
  await once(app.server, 'listening')
}

/** At once, whoever is connected. fastify closes only what it has opened itself. */
export async function closePort(app: FastifyInstance): Promise<void> {
  app.server.close()
  app.server.closeAllConnections()
  await app.close()
}
