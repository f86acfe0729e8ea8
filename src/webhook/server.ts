// The HTTPS server around an admission, as a factory: it is built here and listens elsewhere.

import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { fastify, type FastifyInstance } from 'fastify'
import { createVerdictMemory } from './verdict-memory.ts'
import { createReviewWriter } from './admission-review.ts'
import { readReview } from './read-review.ts'
import { reviewPod, type ReviewDeps } from './review-pod.ts'
import type { AdmissionWatch } from './admission-watch.ts'

export interface ServerConfig {
  /** Key and certificate; without them the server speaks plain HTTP, for tests. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** An object of 3 MiB stands twice in a review of an update. */
const maxBodyBytes = 8 * 1024 * 1024

/** Longer than the 90 s for which the API server keeps an idle connection. */
const keepAliveMilliseconds = 95_000

export interface ServerDeps extends ReviewDeps {
  /** Told of every admission. */
  readonly watch?: AdmissionWatch
  /** Whether callers should open their next connection elsewhere. */
  readonly isDraining?: () => boolean
}

export function buildServer(config: ServerConfig, deps: ServerDeps): FastifyInstance {
  const app = createApp(config)
  const writeReview = createReviewWriter()
  const memory = createVerdictMemory()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, asItIs)

  app.post<{ Body: Buffer | undefined }>('/mutate', async (request, reply) => {
    const review = readReview(request.body ?? noBody, memory)
    if ('why' in review) return reply.code(400).send(failure(400, review.why))
    const ended = deps.watch?.begin(review.request)
    try {
      const verdict = await reviewPod(review, deps, memory)
      const bytes = writeReview(review.request.uid, verdict)
      ended?.({ verdict, bytes: bytes.length })
      if (deps.isDraining?.() === true) void reply.header('connection', 'close')
      return await reply.type('application/json').send(bytes)
    } catch (error) {
      ended?.()
      throw error
    }
  })

  app.setErrorHandler(
    (error: { statusCode?: number; message: string }, _request, reply) => {
      const code = error.statusCode ?? 500
      if (code >= 500) deps.onBug(error)
      const message = code < 500 ? error.message : 'this is a bug in r2k8s'
      return reply.code(code).send(failure(code, message))
    },
  )
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(failure(404, 'there is nothing here but /mutate')),
  )
  return app
}

function createApp({ tls }: ServerConfig): FastifyInstance {
  return fastify({
    bodyLimit: maxBodyBytes,
    return503OnClosing: false,
    serverFactory: (handler) => {
      const server =
        tls === undefined ? createHttp(handler) : createHttps({ ...tls }, handler)
      server.keepAliveTimeout = keepAliveMilliseconds
      server.requestTimeout = 10_000
      return server
    },
  })
}

const noBody = Buffer.alloc(0)

function asItIs(
  _request: unknown,
  body: string | Buffer,
  done: (error: null, value: string | Buffer) => void,
): void {
  done(null, body)
}

/** In the shape of the API's own Status, which kubectl and the API server's log print. */
function failure(code: number, message: string) {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message }
}
