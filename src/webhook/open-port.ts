// Listening on all addresses of the pod, of whichever families it has.

import { once } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { R2k8sError } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'

export interface PortChoice {
  readonly port: number
  /** That it was chosen by. */
  readonly flag: string
}

/** @throws R2k8sError usage when the port cannot be had */
export async function openPort(
  app: FastifyInstance,
  { port, flag }: PortChoice,
): Promise<void> {
  await app.ready()
  try {
    // Without a host Node takes IPv6 with IPv4, or IPv4 where that is all there is.
    app.server.listen(port)
    await once(app.server, 'listening')
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    const task = `listen on port ${port}`
    const hints = [`${flag} N takes another one`]
    throw new R2k8sError(
      [{ code: 'usage', task, why: explainSystemError(error), hints }],
      { cause: error },
    )
  }
}

/** At once, whoever is connected. fastify closes only what it has opened itself. */
export async function closePort(app: FastifyInstance): Promise<void> {
  app.server.close()
  app.server.closeAllConnections()
  await app.close()
}
