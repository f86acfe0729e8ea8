import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { clientWith, listenWith, serve, textOf } from './loopback.ts'

/** Leads every name to one server, and keeps a record of what it was asked. */
async function startProxy(target: string, status = 200) {
  const asked: string[] = []
  const [hostname, port] = target.split(':')
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    asked.push(request.headers['proxy-authorization'] ?? '')
    if (status !== 200) {
      response.writeHead(status).end()
      return
    }
    const url = new URL(request.url ?? '')
    const onward = forward({ hostname, port, path: url.pathname }, (answer) => {
      response.writeHead(answer.statusCode ?? 0)
      answer.pipe(response)
    })
    onward.end()
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`)
    asked.push(request.headers['proxy-authorization'] ?? '')
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      return
    }
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [onward, socket]) end.on('error', () => void onward.destroy())
    onTestFinished(() => void [onward, socket].map((end) => end.destroy()))
  })
  return { address: await listenWith(server), asked }
}

test('asks through a proxy, with the login for it', async () => {
  const proxy = await startProxy(
    await serve((_request, response) => response.end('hello')),
  )
  const send = clientWith({ env: { HTTP_PROXY: `http://me:word@${proxy.address}` } })
  const response = await send({ method: 'GET', url: 'http://wares.example/a' })
  expect(await textOf(response)).toBe('hello')
  const login = Buffer.from('me:word').toString('base64')
  expect(proxy.asked).toEqual(['GET http://wares.example/a', `Basic ${login}`])
})

test('takes many answers through a proxy at once', async () => {
  const proxy = await startProxy(
    await serve((_request, response) => response.end(Buffer.alloc(1_000_000))),
  )
  const send = clientWith({ env: { HTTP_PROXY: proxy.address } })
  const get = () => send({ method: 'GET', url: 'http://wares.example/a' })
  // Unread answers must not stand in the way of others.
  const answers = await Promise.all([get(), get(), get()])
  for (const answer of answers.reverse()) {
    expect((await textOf(answer)).length).toBe(1_000_000)
  }
})

test.each([
  ['http://wares.example/', 'the proxy wants credentials to ask wares.example'],
  ['https://wares.example/', 'the proxy answers 407 when asked for wares.example'],
])('says when the proxy to %s wants a login', async (url, message) => {
  const { address } = await startProxy('127.0.0.1:1', 407)
  const send = clientWith({ env: { HTTP_PROXY: address, HTTPS_PROXY: address } })
  await expect(send({ method: 'GET', url })).rejects.toMatchObject({
    message,
    retry: false,
  })
})

test('says that the way through the proxy failed, without its login', async () => {
  const env = { HTTP_PROXY: 'http://me:s3cret@127.0.0.1:1' }
  const sending = clientWith({ env })({ method: 'GET', url: 'http://wares.example/' })
  await expect(sending).rejects.toMatchObject({
    message: 'wares.example (through the proxy 127.0.0.1:1) refuses connections',
    retry: true,
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!hasOpenssl)(
  `certificates${hasOpenssl ? '' : ' (not run: there is no openssl to make one with)'}`,
  () => {
    let directory = ''
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'r2k8s-tls-'))
      const names = 'subjectAltName=DNS:wares.example,IP:127.0.0.1'
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
          .concat(['-nodes', '-days', '2', '-subj', '/CN=own', '-addext', names])
          .concat(['-keyout', join(directory, 'key'), '-out', join(directory, 'cert')]),
        { stdio: 'ignore' },
      )
      writeFileSync(join(directory, 'junk'), 'no certificate')
    })
    afterAll(() => {
      rmSync(directory, { recursive: true })
    })

    const serveTls = () =>
      listenWith(
        createTlsServer(
          {
            key: readFileSync(join(directory, 'key')),
            cert: readFileSync(join(directory, 'cert')),
          },
          (_request, response) => response.end('secure'),
        ),
      )

    test('of an unknown authority are refused', async () => {
      const host = await serveTls()
      const sending = clientWith()({ method: 'GET', url: `https://${host}/` })
      await expect(sending).rejects.toMatchObject({
        message: `the certificate of ${host} is signed by an authority that is not trusted; R2K8S_CA_FILE names a file with more of them`,
        retry: false,
      })
    })

    test.each(['R2K8S_CA_FILE', 'SSL_CERT_FILE'])('of %s are trusted', async (name) => {
      const host = await serveTls()
      const send = clientWith({ env: { [name]: join(directory, 'cert') } })
      expect(await textOf(await send({ method: 'GET', url: `https://${host}/` }))).toBe(
        'secure',
      )
    })

    test('given in the call are trusted', async () => {
      const host = await serveTls()
      const send = clientWith({ caFiles: [join(directory, 'cert')] })
      expect((await send({ method: 'GET', url: `https://${host}/` })).status).toBe(200)
    })

    test('for another name are refused', async () => {
      const host = (await serveTls()).replace('127.0.0.1', 'localhost')
      const send = clientWith({ caFiles: [join(directory, 'cert')] })
      await expect(send({ method: 'GET', url: `https://${host}/` })).rejects.toThrow(
        `the certificate of ${host} is for another name`,
      )
    })

    test('are checked through the tunnel of a proxy, too', async () => {
      const { address, asked } = await startProxy(await serveTls())
      const env = { https_proxy: address, R2K8S_CA_FILE: join(directory, 'cert') }
      const send = clientWith({ env })
      const response = await send({ method: 'GET', url: 'https://wares.example/' })
      expect(await textOf(response)).toBe('secure')
      expect(asked[0]).toBe('CONNECT wares.example:443')
      await expect(
        clientWith({ env: { https_proxy: address } })({
          method: 'GET',
          url: 'https://wares.example/',
        }),
      ).rejects.toThrow('not trusted')
    })

    test('a server without TLS is told apart', async () => {
      const host = await serve((_request, response) => response.end())
      const sending = clientWith()({ method: 'GET', url: `https://${host}/` })
      await expect(sending).rejects.toThrow(`${host} does not agree on TLS`)
    })

    test.each([
      ['missing', 'cannot be read: no such file or directory'],
      ['junk', 'holds no PEM certificate'],
    ])('a CA file that is %s is named', async (file, why) => {
      const send = clientWith({ env: { R2K8S_CA_FILE: join(directory, file) } })
      await expect(send({ method: 'GET', url: 'https://127.0.0.1:1/' })).rejects.toThrow(
        why,
      )
    })

    test('SSL_CERT_FILE may name what does not exist', async () => {
      const host = await serve((_request, response) => response.end())
      const send = clientWith({ env: { SSL_CERT_FILE: join(directory, 'missing') } })
      expect((await send({ method: 'GET', url: `http://${host}/` })).status).toBe(200)
    })
  },
)
