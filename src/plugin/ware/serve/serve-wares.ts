// What `ware serve` does: options, the server, and its end.

import { accessSync, constants, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { quote, R2k8sError, type ErrorCode } from '../../../errors.ts'
import { parseQuantity } from '../../../mutate/quantity.ts'
import { explainSystemError, systemErrorCode } from '../../../system-error.ts'
import { keepMemoryFlat } from '../../../transfer/keep-memory-flat.ts'
import type { Io } from '../../io.ts'
import type { Terminal } from '../../terminal.ts'
import {
  defaultListen,
  isLoopback,
  parseListenAddress,
  reachableHost,
  type ListenAddress,
} from './listen-address.ts'
import type { UploadDesk } from './upload-desk.ts'
import { readUploadToken } from './upload-token.ts'
import { createWareServer, type WareServer } from './ware-server.ts'

export interface ServeOptions {
  readonly directory: string
  /** `host:port`, `:port` for all addresses; port 0 takes a free one. */
  readonly listen?: string
  /** Accept uploads of those who have the token. */
  readonly write?: boolean
  readonly tokenFile?: string
  /** Bytes of one upload, as a quantity (`20Gi`). */
  readonly maxUpload?: string
  /** How long what is under way may go on after the signal. */
  readonly graceSeconds?: number
}

/** Runs until `io.signal` is aborted. */
export async function serveWares(
  options: ServeOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const warn = (why: string): void => {
    terminal.say(why, { text: 'warning:', color: 'yellow' })
  }
  const address = readListen(options.listen ?? defaultListen)
  const directory = findDirectory(options, io)
  const uploads = await openUploads(options, { directory, io, terminal })
  const silenceMilliseconds = 60_000
  keepMemoryFlat()
  const wares = createWareServer({ directory, uploads, terminal, silenceMilliseconds })
  const port = await listen(wares.server, address)
  wares.server.on('error', (error) => {
    warn(`cannot take a connection: ${explainSystemError(error)}`)
  })
  // Not before it answers: whoever reads the line may ask at once.
  io.writeStdout(`ca+http://${reachableHost(address.host)}:${port}\n`)
  if (uploads !== undefined && !isLoopback(address.host)) {
    warn('the token of uploads crosses the network in the clear: put TLS in front')
  }
  await aborted(io.signal)
  await stop(wares, options.graceSeconds ?? defaultGraceSeconds)
}

const task = 'serve wares'

function refuse(code: ErrorCode, why: string, hints: readonly string[] = []): R2k8sError {
  return new R2k8sError([{ code, task, why, hints }])
}

function readListen(text: string): ListenAddress {
  const parsed = parseListenAddress(text)
  if ('address' in parsed) return parsed.address
  throw refuse('usage', `--listen ${parsed.why}`, [
    `for example --listen ${defaultListen}`,
  ])
}

function findDirectory({ directory, write }: ServeOptions, io: Io): string {
  const path = resolve(io.cwd, directory)
  const mode = constants.R_OK | constants.X_OK | (write === true ? constants.W_OK : 0)
  try {
    if (!statSync(path).isDirectory()) {
      throw refuse('warehouse-unavailable', `${quote(directory)} is no directory`)
    }
    accessSync(path, mode)
    return path
  } catch (error) {
    if (error instanceof R2k8sError) throw error
    const missing = systemErrorCode(error) === 'ENOENT'
    const code =
      write === true && !missing ? 'warehouse-unwritable' : 'warehouse-unavailable'
    const hints = missing ? [`mkdir -p ${directory}`] : []
    throw refuse(code, `${quote(directory)}: ${explainSystemError(error)}`, hints)
  }
}

interface Surroundings {
  readonly directory: string
  readonly io: Io
  readonly terminal: Terminal
}

/** More than any root filesystem has packed. */
const defaultMaxUpload = '64Gi'

async function openUploads(
  { write, tokenFile, maxUpload }: ServeOptions,
  { directory, io, terminal }: Surroundings,
): Promise<UploadDesk | undefined> {
  if (write !== true) {
    if (tokenFile === undefined && maxUpload === undefined) return undefined
    const flag = tokenFile === undefined ? '--max-upload' : '--token-file'
    throw refuse('usage', `${flag} means nothing without --write`)
  }
  const complain = (why: string): void => {
    terminal.say(why, { text: 'error:', color: 'red' })
  }
  const token = readUploadToken(tokenFile, io)
  const maxBytes = readMaxUpload(maxUpload ?? defaultMaxUpload)
  // The readers of archives: nothing for those who only hand out.
  const { openUploadDesk } = await import('./upload-desk.ts')
  return openUploadDesk({ directory, token, maxBytes, complain })
}

function readMaxUpload(text: string): number {
  const quantity = parseQuantity(text)
  const bytes = quantity === undefined ? 0 : Number(quantity / 1_000_000_000n)
  if (bytes >= 1) return bytes
  throw refuse('usage', `--max-upload ${quote(text)} is no number of bytes`, [
    'for example --max-upload 20Gi',
  ])
}

async function listen(
  server: WareServer['server'],
  { host, port }: ListenAddress,
): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => {
      const busy = systemErrorCode(error) === 'EADDRINUSE'
      const why = busy ? `port ${port} is in use` : explainSystemError(error)
      fail(
        refuse('warehouse-unavailable', `cannot listen: ${why}`, busy ? otherPort : []),
      )
    })
    server.listen({ port, ...(host !== undefined && { host }) }, done)
  })
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

const otherPort = ['--listen 127.0.0.1:0 takes a free one']

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else
      signal.addEventListener(
        'abort',
        () => {
          done()
        },
        { once: true },
      )
  })
}

/** Well below what Kubernetes waits for. */
const defaultGraceSeconds = 10

/** What is under way may end; what lasts too long is cut off. */
async function stop({ server, settle }: WareServer, graceSeconds: number): Promise<void> {
  const closed = new Promise<void>((done) => {
    server.close(() => {
      done()
    })
  })
  const sweep = setInterval(() => {
    server.closeIdleConnections()
  }, 50)
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, graceSeconds * 1000)
  await closed
  clearInterval(sweep)
  clearTimeout(timer)
  await settle()
}
