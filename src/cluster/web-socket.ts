// Messages over an upgraded connection. undici's own WebSocket reads as fast as the server writes,
// whoever falls behind; this one reads only when it is asked, so that a slow reader slows the program.

import type { Duplex } from 'node:stream'
import { encodeFrame, longestMessage, opcodes, readFrames } from './web-socket-frames.ts'

export interface WebSocketOptions {
  /** In milliseconds. Pings keep proxies from closing what is quiet. */
  readonly pingEvery: number
  /** So many pings in a row without a byte in return end the connection; 0 for never. */
  readonly mostMissed: number
}

export interface WebSocket {
  /** To be read once. @throws Error of the connection, also for what is no clean end */
  readonly messages: AsyncIterable<Uint8Array>
  /** Resolves when the system has taken the message. @throws Error of the connection */
  readonly send: (message: Uint8Array) => Promise<void>
  /** At once, whatever is under way. */
  readonly close: () => void
}

export function openWebSocket(socket: Duplex, options: WebSocketOptions): WebSocket {
  const { pingEvery, mostMissed } = options
  let missed = 0
  let reading = false
  socket.on('error', () => undefined) // told to whoever reads or writes
  const write = (opcode: number, payload: Uint8Array) => {
    if (socket.writable) socket.write(encodeFrame(opcode, payload))
  }
  const pinging = setInterval(() => {
    // Where nobody reads, an answer may have come.
    missed = reading ? missed + 1 : 0
    if (mostMissed > 0 && missed > mostMissed) {
      socket.destroy(new Error('the server shows no sign of life'))
    } else write(opcodes.ping, new Uint8Array())
  }, pingEvery)
  socket.once('close', () => {
    clearInterval(pinging)
  })

  async function* listen(): AsyncGenerator<Uint8Array> {
    const chunks = socket.iterator({ destroyOnReturn: false })
    for (;;) {
      reading = true
      const next = await chunks.next()
      reading = false
      missed = 0
      if (next.done === true) return
      yield next.value as Uint8Array // of a socket without an encoding
    }
  }

  async function* readMessages(): AsyncGenerator<Uint8Array> {
    let parts: Uint8Array[] = []
    let size = 0
    for await (const { opcode, final, payload } of readFrames(listen())) {
      if (opcode === opcodes.ping) write(opcodes.pong, payload)
      if (opcode === opcodes.close) {
        explainClose(payload)
        return
      }
      if (opcode >= opcodes.close) continue
      parts.push(payload)
      size += payload.length
      if (size > longestMessage) throw new Error('the server sends a message too long')
      if (!final) continue
      yield parts.length === 1 ? payload : Buffer.concat(parts)
      parts = []
      size = 0
    }
  }

  return {
    messages: readMessages(),
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.write(encodeFrame(opcodes.binary, message), (error) => {
          if (error === null || error === undefined) resolve()
          else reject(error)
        })
      }),
    close: () => socket.destroy(),
  }
}

/** @throws Error when the server closes for a reason that is none of the good ones */
function explainClose(payload: Uint8Array): void {
  if (payload.length < 2) return
  const code = Buffer.from(payload).readUInt16BE(0)
  const reason = Buffer.from(payload).toString('utf8', 2)
  if (code > 1001) {
    throw new Error(`the server closed the connection: ${reason === '' ? code : reason}`)
  }
}
