// The HTTP server of a warehouse: which request goes where, and what keeps a bad client from being a
// burden to the others.

import { createServer, type Server } from 'node:http'
import { explainSystemError, systemErrorCode } from '../../../system-error.ts'
import type { Terminal } from '../../terminal.ts'
import { logAccess } from './access-log.ts'
import { answer, type Exchange } from './exchange.ts'
import { readTarget } from './request-target.ts'
import { sendBlob } from './send-blob.ts'
import { openBlob } from './stored-blob.ts'
import type { WareId } from '../../../ware/ware-id.ts'
import type { UploadDesk } from './upload-desk.ts'

export interface WareServerOptions {
  readonly directory: string
  /** Without it nothing can be written. */
  readonly uploads: UploadDesk | undefined
  readonly terminal: Terminal
  /** Of a client in the middle of an exchange, before its connection is closed. */
  readonly silenceMilliseconds: number
}

export interface WareServer {
  readonly server: Server
  /** Waits for the clean-up of exchanges whose connections are gone. */
  readonly settle: () => Promise<void>
}

const maxConnections = 512
const maxHeaderBytes = 8 * 1024

export function createWareServer(options: WareServerOptions): WareServer {
  const { silenceMilliseconds, terminal } = options
  const running = new Set<Promise<void>>()
  const take = (exchange: Exchange): void => {
    exchange.response.setHeader('x-content-type-options', 'nosniff')
    logAccess(exchange, terminal)
    const work = serve(exchange, options).catch((error: unknown) => {
      failExchange(exchange, error, terminal)
    })
    running.add(work)
    void work.finally(() => running.delete(work))
  }
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: silenceMilliseconds,
    // A ware may take hours; silence is watched by the timeout of the socket.
    requestTimeout: 0,
    keepAliveTimeout: 15_000,
    connectionsCheckingInterval: Math.min(5000, silenceMilliseconds),
  })
  server.timeout = silenceMilliseconds
  server.maxConnections = maxConnections
  server.on('request', (request, response) => {
    take(beginExchange(request, response, false))
  })
  server.on('checkContinue', (request, response) => {
    take(beginExchange(request, response, true))
  })
  return {
    server,
    settle: async () => {
      await Promise.all(running)
    },
  }
}

function beginExchange(
  request: Exchange['request'],
  response: Exchange['response'],
  awaitsContinue: boolean,
): Exchange {
  return { request, response, awaitsContinue, bodyBytes: () => 0, isAnswered: false }
}

const frontText = `This is a warehouse of r2k8s: wares by their hash, and nothing else.
kubectl r2k8s ware unpack WAREID PATH --source ca+http://THIS-HOST
`

async function serve(exchange: Exchange, options: WareServerOptions): Promise<void> {
  const { method = '', url = '' } = exchange.request
  const target = readTarget(url)
  const isRead = method === 'GET' || method === 'HEAD'
  const isUpload = method === 'PUT' && options.uploads !== undefined
  if (!isRead && !isUpload) {
    const allow = options.uploads === undefined ? 'GET, HEAD' : 'GET, HEAD, PUT'
    const body = `this warehouse knows ${allow}\n`
    answer(exchange, { status: 405, headers: { allow }, body })
    return
  }
  if (target.kind === 'malformed') {
    answer(exchange, { status: 400, body: 'this is no path of a warehouse\n' })
  } else if (target.kind === 'ware') {
    if (isRead) await find(exchange, options.directory, target.wareId)
    else await options.uploads?.receive(exchange, target.wareId)
  } else if (!isRead) {
    answer(exchange, { status: 400, body: 'a path of an upload ends in a ware hash\n' })
  } else if (target.kind === 'nothing') {
    answer(exchange, { status: 404, body: 'no ware has this path\n' })
  } else {
    answer(exchange, { status: 200, body: target.kind === 'health' ? 'ok\n' : frontText })
  }
}

async function find(
  exchange: Exchange,
  directory: string,
  wareId: WareId,
): Promise<void> {
  const blob = await openBlob(directory, wareId)
  if (blob === undefined) answer(exchange, { status: 404, body: 'no such ware here\n' })
  else await sendBlob(exchange, blob)
}

/** A client that broke off is no error; all else is told, and ends the connection if it must. */
function failExchange(exchange: Exchange, error: unknown, terminal: Terminal): void {
  if (isBrokenOff(error)) return
  terminal.say(`cannot answer a request: ${explainSystemError(error)}`, {
    text: 'error:',
    color: 'red',
  })
  const { response } = exchange
  if (response.headersSent) response.destroy()
  else answer(exchange, { status: 500, body: 'the warehouse has a problem\n' })
}

function isBrokenOff(error: unknown): boolean {
  const code = systemErrorCode(error) ?? ''
  return /^(?:ERR_STREAM_|ECONN|EPIPE$|ETIMEDOUT$)/.test(code)
}
