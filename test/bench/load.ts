// A load over kept-alive TLS connections: the next request of a connection follows its reply.

import { request } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import { performance } from 'node:perf_hooks'
import { median } from './measure.ts'

export interface Load {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
}

/** @param bodies sent in turn */
export async function load(
  port: number,
  bodies: readonly string[],
  seconds: number,
  connections = usualConnections,
): Promise<Load> {
  const requests = bodies.map(requestOf)
  const until = performance.now() + seconds * 1000
  const start = performance.now()
  const latencies = (
    await Promise.all(
      Array.from({ length: connections }, (_, i) => {
        const turn = Math.floor((i * requests.length) / connections)
        return drive(port, [...requests.slice(turn), ...requests.slice(0, turn)], until)
      }),
    )
  ).flat()
  const elapsed = (performance.now() - start) / 1000
  const replies = latencies.length
  return { requests: replies, perSecond: replies / elapsed, p50: median(latencies) }
}

const usualConnections = 20

/** The body of one reply. */
export function askOnce(port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, rejectUnauthorized: false, method: 'POST', path: '/mutate' }
    const headers = { 'content-type': 'application/json' }
    const asked = request({ ...options, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve(text)
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function requestOf(body: string): Buffer {
  const head = [
    'POST /mutate HTTP/1.1',
    'Host: r2k8s',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function drive(
  port: number,
  requests: readonly Buffer[],
  until: number,
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = []
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    let sent = 0
    const send = (): void => {
      sent = performance.now()
      socket.write(requests[latencies.length % requests.length] ?? '')
    }
    socket.once('secureConnect', send)
    socket.once('error', reject)
    eachReply(socket, (status) => {
      if (status !== 200) {
        reject(new Error(`status ${status}`))
        return
      }
      const now = performance.now()
      latencies.push(now - sent)
      if (now < until) send()
      else
        socket.end(() => {
          resolve(latencies)
        })
    })
  })
}

/** Replies with a Content-Length, one at a time: just what the server under test sends. */
function eachReply(socket: TLSSocket, reply: (status: number) => void): void {
  let pending: Buffer = Buffer.alloc(0)
  let missing = -1
  let status = 0
  socket.on('data', (chunk: Buffer) => {
    if (missing < 0) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const headEnd = pending.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = pending.toString('latin1', 0, headEnd)
      status = Number(head.slice(9, 12))
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN)
      missing = length - (pending.length - headEnd - 4)
      pending = Buffer.alloc(0)
    } else {
      missing -= chunk.length
    }
    if (missing === 0) {
      missing = -1
      reply(status)
    }
  })
}
