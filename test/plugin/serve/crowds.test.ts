// Clients that ask for more than they take, so that others would go without.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mostWaiting } from '../../../src/plugin/ware/serve/connection-line.ts'
import {
  createWareServer,
  type WareServerOptions,
} from '../../../src/plugin/ware/serve/ware-server.ts'
import { directoryWith } from '../cli.ts'
import { exchangeRaw, fanOut, listenTo, openFiles } from './warehouse.ts'

const get = (path: string, header = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`
const last = 'Connection: close\r\n'

/** More than the buffers between two sockets hold. */
const big = new Uint8Array(30_000_000)

async function crowdedServer(
  content: string | Uint8Array,
  options: Partial<WareServerOptions> = {},
) {
  const directory = directoryWith({ [fanOut]: content })
  const log: string[] = []
  const wares = createWareServer({
    directory,
    uploads: undefined,
    terminal: { say: (line) => log.push(line) },
    silenceMilliseconds: 60_000,
    ...options,
  })
  const { port } = await listenTo(wares)
  const connections = () =>
    new Promise<number>((done, fail) => {
      wares.server.getConnections((error, count) => {
        if (error === null) done(count)
        else fail(error)
      })
    })
  return { directory, port, log, connections }
}

/** Sends, and reads nothing of what comes back. */
function deafClient(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(text)
  return socket
}

describe('requests sent ahead of the answers', () => {
  test('are answered in turn', async () => {
    const { port, log } = await crowdedServer('hello')
    const paths = [fanOut, '/nothing', fanOut, '/healthz']
    const reply = await exchangeRaw(
      port,
      paths.map((path) => get(path)).join('') + get('/', last),
    )
    expect(reply.match(/HTTP\/1\.1 \d+/g)).toEqual(
      [200, 404, 200, 200, 200].map((status) => `HTTP/1.1 ${status}`),
    )
    expect(reply).toMatch(/hello[^]*no ware[^]*hello[^]*ok\n[^]*a warehouse of r2k8s/)
    expect(log).toHaveLength(5)
  })

  test('are dropped behind the last answer of a connection', async () => {
    const { port, log } = await crowdedServer('hello')
    const reply = await exchangeRaw(port, get(fanOut, last) + get(fanOut))
    expect(reply.match(/HTTP/g)).toHaveLength(1)
    expect(log).toHaveLength(1)
  })

  test('hold no file while they wait, nor when the client goes', async () => {
    const { port, directory } = await crowdedServer(big)
    const socket = deafClient(port, get(fanOut).repeat(mostWaiting))
    await expect.poll(() => openFiles(directory)).toBe(1)
    await new Promise((done) => setImmediate(done))
    expect(openFiles(directory)).toBe(1)
    socket.destroy()
    await expect.poll(() => openFiles(directory)).toBe(0)
  })

  test('end the connection when they are too many, without a warning', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => warnings.push(warning)
    process.on('warning', listen)
    onTestFinished(() => void process.off('warning', listen))
    const { port, directory, connections, log } = await crowdedServer(big)
    for (let i = 0; i < 5; i++) deafClient(port, get(fanOut).repeat(700))
    await expect.poll(() => log.length).toBe(5)
    await expect.poll(connections).toBe(0)
    await expect.poll(() => openFiles(directory)).toBe(0)
    expect(log).toHaveLength(5)
    expect(warnings).toEqual([])
  })
})

describe('downloads at a time', () => {
  test('have a limit, beyond which one is asked to come back', async () => {
    const { port, directory } = await crowdedServer(big, { maxDownloads: 2 })
    const url = `http://127.0.0.1:${port}`
    const readers = [1, 2].map(() => deafClient(port, get(fanOut)))
    await expect.poll(() => openFiles(directory)).toBe(2)
    const reply = await fetch(url + fanOut)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await reply.text()).toBe('too many downloads at a time\n')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    for (const reader of readers) reader.destroy()
    await expect.poll(() => openFiles(directory)).toBe(0)
    expect((await fetch(url + fanOut, { method: 'HEAD' })).status).toBe(200)
  })
})

describe('a reader that takes nothing', () => {
  test('is cut off', async () => {
    const { port, directory, connections, log } = await crowdedServer(big, {
      silenceMilliseconds: 50,
    })
    deafClient(port, get(fanOut))
    await expect.poll(() => log).toEqual([expect.stringContaining('(broken off)')])
    await expect.poll(connections).toBe(0)
    expect(openFiles(directory)).toBe(0)
  })

  test('is cut off though it goes on sending', async () => {
    const { port, directory, connections, log } = await crowdedServer(big, {
      silenceMilliseconds: 50,
    })
    const socket = deafClient(port, get(fanOut, 'Content-Length: 1000000\r\n'))
    await once(socket, 'connect')
    const drip = setInterval(() => socket.write('x'), 5)
    onTestFinished(() => {
      clearInterval(drip)
    })
    await expect.poll(() => log).toEqual([expect.stringContaining('(broken off)')])
    await expect.poll(connections).toBe(0)
    expect(openFiles(directory)).toBe(0)
  })
})
