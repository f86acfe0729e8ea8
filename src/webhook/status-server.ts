// Probes and metrics, over plain HTTP on a port of their own: the kubelet and Prometheus have no
// certificates, and the API server's port answers nobody else.

import { fastify, type FastifyInstance } from 'fastify'

export interface StatusDeps {
  /** Why the webhook is not ready, undefined when it is. */
  readonly whyNotReady: () => Promise<string | undefined>
  readonly metrics: {
    readonly print: () => Promise<string>
    readonly contentType: string
  }
}

export function buildStatusServer({ whyNotReady, metrics }: StatusDeps): FastifyInstance {
  const app = fastify({ return503OnClosing: false })
  app.get('/healthz', () => 'ok\n')
  app.get('/readyz', async (_request, reply) => {
    const why = await whyNotReady()
    return reply.code(why === undefined ? 200 : 503).send(`${why ?? 'ok'}\n`)
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.print()),
  )
  return app
}
