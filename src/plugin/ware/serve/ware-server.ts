// The HTTP server of a warehouse: which request goes where, and what keeps a bad client from being a
// burden to the others.

import { createServer, type Server } from 'node:http'
import { explainSystemError, systemErrorCode } from '../../../system-error.ts'
import type { Terminal } from '../../terminal.ts'
import { logAccess } from './access-log.ts'
import { formLines } from './connection-line.ts'
import { openDownloadDesk, type DownloadDesk } from './download-desk.ts'
import { answer, type Exchange } from './exchange.ts'
import { readTarget } from './request-target.ts'
import type { UploadDesk } from './upload-desk.ts'

export interface WareServerOptions {
  readonly directory: string
  /** Without it nothing can be written. */
  readonly uploads: UploadDesk | undefined
  readonly terminal: Terminal
  /** Of a client in the middle of an exchange, before its connection is closed. */
  readonly silenceMilliseconds: number
  /** At a time; 256 unless told. */
  readonly maxDownloads?: number
}

export interface WareServer {
  readonly server: Server
  /** Waits for the clean-up of exchanges whose connections are gone. */
  readonly settle: () => Promise<void>
}

const maxConnections = 512
/** With a connection and a file each, they and all else stay below the usual limit of 1024 files. */
const usualDownloads = 256
const maxHeaderBytes = 8 * 1024

export function createWareServer(options: WareServerOptions): WareServer {
  const { directory, uploads, silenceMilliseconds, terminal } = options
  const { maxDownloads = usualDownloads } = options
  const downloads = openDownloadDesk({ directory, maxDownloads, silenceMilliseconds })
  const running = new Set<Promise<void>>()
  const take = formLines(async (exchange) => {
    const { response } = exchange
    const isOver = new Promise<void>((done) => response.once('close', done))
    response.setHeader('x-content-type-options', 'nosniff')
    logAccess(exchange, terminal)
    const work = serve(exchange, { downloads, uploads }).catch((error: unknown) => {
      failExchange(exchange, error, terminal)
    })
    running.add(work)
    await work
    running.delete(work)
    await isOver
  })
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

interface Desks {
  readonly downloads: DownloadDesk
  readonly uploads: UploadDesk | undefined
}

async function serve(exchange: Exchange, desks: Desks): Promise<void> {
  const { method = '', url = '' } = exchange.request
  const target = readTarget(url)
  const isRead = method === 'GET' || method === 'HEAD'
  const isUpload = method === 'PUT' && desks.uploads !== undefined
  if (!isRead && !isUpload) {
    const allow = desks.uploads === undefined ? 'GET, HEAD' : 'GET, HEAD, PUT'
    const body = `this warehouse knows ${allow}\n`
    answer(exchange, { status: 405, headers: { allow }, body })
    return
  }
  if (target.kind === 'malformed') {
    answer(exchange, { status: 400, body: 'this is no path of a warehouse\n' })
  } else if (target.kind === 'ware') {
    if (isRead) await desks.downloads.hand(exchange, target.wareId)
    else await desks.uploads?.receive(exchange, target.wareId)
  } else if (!isRead) {
    answer(exchange, { status: 400, body: 'a path of an upload ends in a ware hash\n' })
  } else if (target.kind === 'nothing') {
    answer(exchange, { status: 404, body: 'no ware has this path\n' })
  } else {
    answer(exchange, { status: 200, body: target.kind === 'health' ? 'ok\n' : frontText })
  }
}

/** A client that broke off is no error; all else is told, and ends the connection if it must. */
function failExchange(exchange: Exchange, error: unknown, terminal: Terminal): void {
  const { response } = exchange
  if (isBrokenOff(error)) {
    response.destroy()
    return
  }
  terminal.say(`cannot answer a request: ${explainSystemError(error)}`, {
    text: 'error:',
    color: 'red',
  })
  if (response.headersSent) response.destroy()
  else answer(exchange, { status: 500, body: 'the warehouse has a problem\n' })
}

function isBrokenOff(error: unknown): boolean {
  const code = systemErrorCode(error) ?? ''
  return /^(?:ERR_STREAM_|ECONN|EPIPE$|ETIMEDOUT$)/.test(code)
}
