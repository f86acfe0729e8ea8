// A server that speaks the channels of a pod's exec, well or badly.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { openConnection } from '../../src/cluster/api-connection.ts'
import { createApiClient, type ApiClient } from '../../src/cluster/api-client.ts'

export interface Conversation {
  readonly socket: Duplex
  /** Channel and text of every message so far. */
  readonly heard: readonly (readonly [channel: number, text: string])[]
  /** Opcodes of control frames. */
  readonly control: readonly number[]
  readonly say: (channel: number, text: string | Buffer) => boolean
  readonly exit: (code: number) => void
}

export interface ExecServer {
  readonly client: ApiClient
  /** The URL and the protocols of every request. */
  readonly asked: readonly { readonly url: URL; readonly protocols: string }[]
  readonly close: () => Promise<void>
}

export interface ExecServerOptions {
  /** The last one that the client offers unless told. */
  readonly protocol?: string
  /** To all requests that open no channels. */
  readonly answer?: RequestListener
}

export async function serveExec(
  talk: (conversation: Conversation) => unknown,
  { protocol, answer }: ExecServerOptions = {},
): Promise<ExecServer> {
  const asked: { url: URL; protocols: string }[] = []
  const sockets: Duplex[] = []
  const server = createServer()
  if (answer !== undefined) server.on('request', answer)
  server.on('upgrade', (request, socket: Duplex) => {
    sockets.push(socket)
    socket.on('error', () => undefined) // clients go as they please
    const protocols = request.headers['sec-websocket-protocol'] ?? ''
    asked.push({ url: new URL(request.url ?? '', 'http://server'), protocols })
    const proof = createHash('sha1')
    proof.update(`${request.headers['sec-websocket-key'] ?? ''}${suffix}`)
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${proof.digest('base64')}`,
      `Sec-WebSocket-Protocol: ${protocol ?? protocols.split(', ').at(-1) ?? ''}`,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    talk(converse(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const connection = openConnection(
    {
      server: `http://127.0.0.1:${port}/base`,
      namespace: 'default',
      tls: { verify: true },
      credentials: () => Promise.resolve({ authorization: 'Bearer token' }),
    },
    { userAgent: 'test' },
  )
  return {
    client: createApiClient(connection),
    asked,
    close: async () => {
      await connection.close()
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

const suffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What a server sends: nothing is masked. */
export function frame(opcode: number, payload: Buffer, final = true): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 10)
  head[0] = (final ? 0x80 : 0) | opcode
  head[1] = payload.length < 126 ? payload.length : 127
  if (payload.length >= 126) head.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([head, payload])
}

export const message = (channel: number, content: string | Buffer) =>
  Buffer.concat([Buffer.of(channel), Buffer.from(content)])

export const exitStatus = (code: number) =>
  JSON.stringify(
    code === 0
      ? { metadata: {}, status: 'Success' }
      : {
          metadata: {},
          status: 'Failure',
          reason: 'NonZeroExitCode',
          message: `command terminated with exit code ${code}`,
          details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
        },
  )

function converse(socket: Duplex): Conversation {
  const heard: [number, string][] = []
  const control: number[] = []
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (let read = unmask(rest); read !== undefined; read = unmask(rest)) {
      rest = rest.subarray(read.size)
      if (read.opcode >= 8) control.push(read.opcode)
      else heard.push([read.payload[0] ?? -1, read.payload.toString('latin1', 1)])
    }
  })
  const say = (channel: number, text: string | Buffer) =>
    socket.write(frame(2, message(channel, text)))
  return { socket, heard, control, say, exit: (code) => say(3, exitStatus(code)) }
}

/** Only what is masked, as all that clients send must be. */
function unmask(bytes: Buffer) {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) - 0x80
  if (short < 0) throw new Error('a frame is not masked')
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const length =
    short < 126
      ? short
      : short === 126
        ? bytes.readUInt16BE(2)
        : Number(bytes.readBigUInt64BE(2))
  const size = start + 4 + length
  if (bytes.length < size) return undefined
  const mask = bytes.subarray(start, start + 4)
  const payload = Buffer.from(bytes.subarray(start + 4, size))
  for (const [i, byte] of payload.entries()) payload[i] = byte ^ (mask[i % 4] ?? 0)
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, size }
}
