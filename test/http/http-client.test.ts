import { connect, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { HttpFailure } from '../../src/http-exchange.ts'
import { clientWith, listenWith, portOf, serve, textOf } from './loopback.ts'

test('hands over status, headers and body', async () => {
  const host = await serve((request, response) => {
    response.setHeader('X-Two', ['a', 'b'])
    response.statusCode = 418
    response.end(`${request.method ?? ''} ${request.url ?? ''}`)
  })
  const response = await clientWith()({ method: 'GET', url: `http://${host}/a?b=c` })
  expect(response.status).toBe(418)
  expect(response.headers['x-two']).toBe('a, b')
  expect(response.url).toBe(`http://${host}/a?b=c`)
  expect(await textOf(response)).toBe('GET /a?b=c')
})

test('says who it is and asks for plain bytes, which it leaves as they are', async () => {
  const zipped = gzipSync('content')
  const host = await serve((request, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.setHeader('x-agent', request.headers['user-agent'] ?? '')
    response.setHeader('x-encoding', request.headers['accept-encoding'] ?? '')
    response.end(zipped)
  })
  const response = await clientWith()({ method: 'GET', url: `http://${host}/` })
  expect(response.headers).toMatchObject({
    'x-agent': 'test/1',
    'x-encoding': 'identity',
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(zipped)).toBe(true)
})

const big = Buffer.alloc(300_000, 'x')
async function* inChunks() {
  await Promise.resolve()
  for (let i = 0; i < big.length; i += 100_000) yield big.subarray(i, i + 100_000)
}

test.each([
  { name: 'bytes', body: big, length: '300000' },
  {
    name: 'a stream of known length',
    body: inChunks(),
    bodyLength: 300_000,
    length: '300000',
  },
  { name: 'a stream', body: inChunks(), length: 'none' },
])('sends $name', async ({ body, bodyLength, length }) => {
  const host = await serve((request, response) => {
    let received = 0
    request.on('data', (chunk: Buffer) => (received += chunk.length))
    request.on('end', () =>
      response.end(`${received} ${request.headers['content-length'] ?? 'none'}`),
    )
  })
  const response = await clientWith()({
    method: 'PUT',
    url: `http://${host}/`,
    body,
    ...(bodyLength !== undefined && { bodyLength }),
  })
  expect(await textOf(response)).toBe(`300000 ${length}`)
})

test('an error of the body that is sent stays what it is', async () => {
  const host = await serve((request) => request.resume())
  async function* broken() {
    yield* inChunks()
    throw new Error('the file is gone')
  }
  const sending = clientWith()({ method: 'PUT', url: `http://${host}/`, body: broken() })
  await expect(sending).rejects.toThrow('the file is gone')
})

async function closedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('says that a server refuses, and that it may be tried again', async () => {
  const port = await closedPort()
  const url = `http://127.0.0.1:${port}/secret?token=abc`
  const failure = await failureOf(clientWith()({ method: 'GET', url }))
  expect(failure).toMatchObject({
    message: `127.0.0.1:${port} refuses connections`,
    retry: true,
  })
})

test('gives up on a server that never answers', async () => {
  const host = await serve(() => undefined)
  const send = clientWith({ silenceSeconds: 0.05 })
  const failure = await failureOf(send({ method: 'GET', url: `http://${host}/` }))
  expect(failure).toMatchObject({
    message: `${host} was silent for 0.05 seconds`,
    retry: true,
  })
})

test('gives up on a body that stops coming', async () => {
  const host = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('some')
  })
  const send = clientWith({ silenceSeconds: 0.05 })
  const response = await send({ method: 'GET', url: `http://${host}/` })
  const failure = await failureOf(textOf(response))
  expect(failure.message).toBe(`${host} was silent for 0.05 seconds`)
})

test.each([
  { name: 'before its headers', head: '' },
  { name: 'inside its body', head: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome' },
  {
    name: 'inside a chunk',
    head: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nsome',
  },
])('tells of an answer that ends $name', async ({ head }) => {
  const host = await serveRaw(head)
  const send = clientWith()
  const failure = await failureOf(
    send({ method: 'GET', url: `http://${host}/` }).then(textOf),
  )
  expect(failure).toMatchObject({
    message: `${host} closed the connection before the answer was complete`,
    retry: true,
  })
})

test('tells of what is no HTTP', async () => {
  const host = await serveRaw('SSH-2.0-OpenSSH_9.6\r\n')
  const failure = await failureOf(clientWith()({ method: 'GET', url: `http://${host}/` }))
  expect(failure.message).toBe(`${host} answers with something else than HTTP`)
})

test('stops on request, before and during an answer', async () => {
  const host = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('some')
  })
  const send = clientWith()
  const stop = new AbortController()
  const url = `http://${host}/`
  const response = await send({ method: 'GET', url, signal: stop.signal })
  stop.abort()
  expect((await failureOf(textOf(response))).message).toBe('it was cancelled')
  const later = await failureOf(send({ method: 'GET', url, signal: stop.signal }))
  expect(later).toMatchObject({ message: 'it was cancelled', retry: false })
})

test('an answer may be let go of, read or not', async () => {
  const host = await serve((request, response) =>
    response.end(Buffer.alloc(request.url === '/big' ? 5_000_000 : 10)),
  )
  const send = clientWith()
  for (const path of ['/', '/big']) {
    const unread = await send({ method: 'GET', url: `http://${host}${path}` })
    await unread.discard()
    await unread.discard()
    const begun = await send({ method: 'GET', url: `http://${host}${path}` })
    for await (const chunk of begun.body) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await begun.discard()
  }
})

async function serveRaw(answer: string): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer))
  })
  return await listenWith(
    Object.assign(server, { closeAllConnections: () => undefined }) as never,
  )
}

async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof HttpFailure)) throw new Error(`no failure: ${String(error)}`)
  return error
}

test('connections that are closed break off what is under way', async () => {
  const { createHttpClient } = await import('../../src/http/http-client.ts')
  const host = await serve(() => undefined)
  const client = createHttpClient({ env: {}, userAgent: 'test' })
  const sending = failureOf(client.send({ method: 'GET', url: `http://${host}/` }))
  await new Promise<void>((resolve) => {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1', resolve)
    onTestFinished(() => void socket.destroy())
  })
  await client.close()
  expect((await sending).retry).toBe(false)
})
