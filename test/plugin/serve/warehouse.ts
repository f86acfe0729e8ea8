// A served warehouse in a directory of the test's own, and requests as bytes on a socket.

import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io } from '../../../src/plugin/io.ts'
import { openTerminal } from '../../../src/plugin/terminal.ts'
import {
  serveWares,
  type ServeOptions,
} from '../../../src/plugin/ware/serve/serve-wares.ts'
import type { WareServer } from '../../../src/plugin/ware/serve/ware-server.ts'
import { directoryWith, quietIo } from '../cli.ts'

/** Published IDs; what lies under them in these tests is whatever the test puts there. */
export const hash = '6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'
export const fanOut = `/6q7/G4h/${hash}`
export const token = 'correct-horse-battery-staple'

export interface ServedWarehouse {
  readonly directory: string
  /** `http://127.0.0.1:port`. */
  readonly url: string
  readonly port: number
  /** As on stdout. */
  readonly printed: string
  readonly log: () => string
  /** Resolves when the command has ended. */
  readonly stop: () => Promise<void>
}

export async function serveWarehouse(
  options: Partial<ServeOptions> = {},
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<ServedWarehouse> {
  const directory = options.directory ?? directoryWith(files)
  const { io, printed, stderr, controller } = captureIo()
  const given = { listen: '127.0.0.1:0', ...options, directory }
  const ended = serveWares(given, io, openTerminal(io, 'never'))
  const stop = () => {
    controller.abort()
    return ended
  }
  onTestFinished(stop)
  const line = await Promise.race([printed, ended.then(() => '')])
  const url = line.trim().replace('ca+', '')
  const port = Number(new URL(url).port)
  return { directory, url, port, printed: line, log: stderr, stop }
}

function captureIo() {
  const controller = new AbortController()
  let print: (line: string) => void = () => undefined
  const printed = new Promise<string>((done) => {
    print = done
  })
  let stderr = ''
  const io: Io = {
    ...quietIo(),
    writeStdout: (chunk) => {
      print(Buffer.from(chunk).toString())
    },
    writeStderr: (text) => {
      stderr += text
    },
    env: { R2K8S_WAREHOUSE_TOKEN: token },
    signal: controller.signal,
  }
  return { io, controller, printed, stderr: () => stderr }
}

/** For servers with options that no user has. */
export async function listenTo({ server }: WareServer): Promise<{ port: number }> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0 }
}

export function putFile(directory: string, path: string, content: Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), content)
}

/** How many of this process lie below the directory. */
export function openFiles(directory: string): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(directory)
    } catch {
      return false // closed meanwhile
    }
  }).length
}

/** Sends the text as it is and gives what comes back until the server closes. */
export function exchangeRaw(port: number, request: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1')
    let reply = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      reply += text
    })
    socket.on('error', fail)
    socket.on('close', () => {
      done(reply)
    })
    socket.write(request, 'latin1')
  })
}

export function rawGet(port: number, target: string, method = 'GET'): Promise<string> {
  return exchangeRaw(
    port,
    `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
}
