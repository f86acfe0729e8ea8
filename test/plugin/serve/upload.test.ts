import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openUploadDesk } from '../../../src/plugin/ware/serve/upload-desk.ts'
import { createWareServer } from '../../../src/plugin/ware/serve/ware-server.ts'
import { directoryWith } from '../cli.ts'
import { packWare, packZip } from './pack-ware.ts'
import { exchangeRaw, fanOut, listenTo, serveWarehouse, token } from './warehouse.ts'

const bearer = `Bearer ${token}`

const small = packWare({ a: Buffer.from('hello\n') })

/** Everything below the directory but directories. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !statSync(join(directory, name)).isDirectory())
    .sort()
}

/** Whose body never comes to its end. */
function beginningOfPut(path: string): string {
  return `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer}\r\nContent-Length: 99999\r\n\r\n`
}

async function put(url: string, body: Uint8Array, headers: Record<string, string> = {}) {
  const reply = await fetch(url, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: { authorization: bearer, ...headers },
  })
  return { status: reply.status, text: await reply.text(), headers: reply.headers }
}

describe('an upload', () => {
  test.each([
    ['plain', small.bytes],
    ['gzip', gzipSync(small.bytes)],
  ])('is stored as it came, and served: %s', async (_name, bytes) => {
    const { url, directory } = await serveWarehouse({ write: true })
    expect(await put(url + small.path, bytes)).toMatchObject({ status: 201 })
    expect(filesIn(directory)).toEqual([small.path.slice(1)])
    expect(statSync(join(directory, small.path)).mode & 0o7777).toBe(0o644)
    const got = Buffer.from(await (await fetch(url + small.path)).arrayBuffer())
    expect(got.equals(bytes)).toBe(true)
  })

  test('to a flat path lands on the same shelf', async () => {
    const { url, directory } = await serveWarehouse({ write: true })
    expect((await put(`${url}/${small.hash}`, small.bytes)).status).toBe(201)
    expect(filesIn(directory)).toEqual([small.path.slice(1)])
  })

  test('of a legacy ware is verified in its own hash space', async () => {
    const legacy = packWare({ a: Buffer.from('old') }, 'legacy')
    const { url } = await serveWarehouse({ write: true })
    expect((await put(url + legacy.path, legacy.bytes)).status).toBe(201)
    expect(
      (await put(url + packWare({ a: Buffer.from('x') }, 'legacy').path, legacy.bytes))
        .status,
    ).toBe(422)
  })

  test('of a zip is verified as one when its header says so', async () => {
    const bytes = await packZip({ a: Buffer.from('hello\n') })
    const { url, directory } = await serveWarehouse({ write: true })
    expect((await put(url + small.path, bytes)).status).toBe(422)
    const headers = { 'r2k8s-ware': `zip:${small.hash}` }
    expect((await put(url + small.path, bytes, headers)).status).toBe(201)
    expect(filesIn(directory)).toEqual([small.path.slice(1)])
  })

  test('of several megabytes arrives whole', async () => {
    const ware = packWare({ a: randomBytes(6_000_000) })
    const { url } = await serveWarehouse({ write: true })
    expect((await put(url + ware.path, gzipSync(ware.bytes))).status).toBe(201)
  })

  test('of what is there already is not read', async () => {
    const { port, url } = await serveWarehouse({ write: true }, { [small.path]: 'kept' })
    const head = `PUT ${small.path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer}\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n`
    const reply = await exchangeRaw(port, head)
    expect(reply).toMatch(/^HTTP\/1\.1 200 /)
    expect((await put(url + small.path, small.bytes)).status).toBe(200)
    expect(await (await fetch(url + small.path)).text()).toBe('kept')
  })

  test('waits for word when the client does', async () => {
    const { port } = await serveWarehouse({ write: true })
    const reply = await new Promise<string>((done, fail) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        if (text === '') socket.write(small.bytes)
        text += chunk.toString('latin1')
      })
      socket.on('error', fail)
      socket.on('close', () => {
        done(text)
      })
      socket.write(
        `PUT ${small.path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer}\r\nConnection: close\r\n` +
          `Expect: 100-continue\r\nContent-Length: ${small.bytes.length}\r\n\r\n`,
      )
    })
    expect(reply).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
  })

  test('by several at a time leaves one blob', async () => {
    const ware = packWare({ a: randomBytes(1_000_000) })
    const { url, directory } = await serveWarehouse({ write: true })
    const replies = await Promise.all(
      [1, 2, 3, 4].map(() => put(url + ware.path, gzipSync(ware.bytes))),
    )
    expect(replies.every(({ status }) => status === 201 || status === 200)).toBe(true)
    expect(filesIn(directory)).toEqual([ware.path.slice(1)])
  })
})

describe('nothing is stored', () => {
  const other = packWare({ a: Buffer.from('other\n') })
  const zip = { 'r2k8s-ware': `zip:${small.hash}` }

  test.each([
    ['of another ware', small.path, other.bytes, {}, 422, 'ware-hash-mismatch'],
    [
      'of no archive',
      small.path,
      Buffer.from('<html>'.repeat(99)),
      {},
      422,
      'ware-corrupt',
    ],
    ['of nothing', small.path, Buffer.alloc(0), {}, 422, 'ware-corrupt'],
    [
      'of half a gzip',
      small.path,
      gzipSync(small.bytes).subarray(0, -20),
      {},
      422,
      'ware-corrupt',
    ],
    [
      'of a tar that is said to be a zip',
      small.path,
      small.bytes,
      zip,
      422,
      'ware-corrupt',
    ],
    [
      'with another hash in the header',
      small.path,
      small.bytes,
      { 'r2k8s-ware': `tar:${other.hash}` },
      400,
      'usage',
    ],
    [
      'of a commit',
      small.path,
      small.bytes,
      { 'r2k8s-ware': `git:${'0'.repeat(40)}` },
      400,
      'usage',
    ],
    [
      'of a part',
      small.path,
      small.bytes,
      { 'content-range': 'bytes 0-1/2' },
      400,
      'usage',
    ],
    [
      'in a coding',
      small.path,
      small.bytes,
      { 'content-encoding': 'gzip' },
      415,
      'usage',
    ],
  ])('%s', async (_name, path, body, headers, status, category) => {
    const { url, directory } = await serveWarehouse({ write: true })
    const reply = await put(url + path, body, headers)
    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([status, { category }])
    expect(readdirSync(directory)).toEqual([])
  })

  test('a mismatch names what it is', async () => {
    const { url } = await serveWarehouse({ write: true })
    const { text } = await put(url + small.path, other.bytes)
    expect(text).toContain(`it is tar:${other.hash}, not tar:${small.hash}`)
  })

  test.each(['/', '/healthz', '/secret', '/abc/def'])('at the path %s', async (path) => {
    const { url, directory } = await serveWarehouse({ write: true })
    expect((await put(url + path, small.bytes)).status).toBe(400)
    expect(readdirSync(directory)).toEqual([])
  })

  test.each([
    ['none', undefined],
    ['another', 'Bearer correct-horse-battery-stapler'],
    ['the beginning', `Bearer ${token.slice(0, -1)}`],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${token}`],
  ])('with a wrong token: %s', async (_name, authorization) => {
    const { url, directory, log } = await serveWarehouse({ write: true })
    const reply = await fetch(url + small.path, {
      method: 'PUT',
      body: new Uint8Array(small.bytes),
      ...(authorization !== undefined && { headers: { authorization } }),
    })
    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(readdirSync(directory)).toEqual([])
    await expect.poll(log).toMatch(/^PUT .* 401 /)
    expect(log()).not.toContain(token.slice(0, 8))
  })

  test.each([
    ['as its length says', { body: new Uint8Array(5000) }],
    [
      'as turns out',
      { body: new Blob([new Uint8Array(5000)]).stream(), duplex: 'half' as const },
    ],
  ])('above the limit of an upload: %s', async (_name, init) => {
    const { url, directory } = await serveWarehouse({ write: true, maxUpload: '4Ki' })
    const reply = await fetch(url + small.path, {
      method: 'PUT',
      headers: { authorization: bearer },
      ...init,
    })
    expect([reply.status, await reply.text()]).toEqual([
      413,
      expect.stringContaining('4096'),
    ])
    expect(readdirSync(directory)).toEqual([])
  })

  test('when the client breaks off', async () => {
    const { port, directory, log } = await serveWarehouse({ write: true })
    const socket = connect(port, '127.0.0.1')
    socket.write(beginningOfPut(small.path))
    socket.write(small.bytes)
    await expect.poll(() => readdirSync(directory).length).toBeGreaterThan(0)
    socket.destroy()
    await expect.poll(() => readdirSync(directory)).toEqual([])
    await expect.poll(log).toMatch(/^PUT .*\(broken off\)\n$/)
  })

  test('when the server is told to end, and the client does not', async () => {
    const { port, directory, stop } = await serveWarehouse({
      write: true,
      graceSeconds: 0.05,
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`${beginningOfPut(small.path)}x`)
    await expect.poll(() => readdirSync(directory).length).toBeGreaterThan(0)
    await stop()
    expect(readdirSync(directory)).toEqual([])
  })

  test('when the client falls silent', async () => {
    const directory = directoryWith({})
    const uploads = openUploadDesk({
      directory,
      token,
      maxBytes: 1e9,
      complain: () => undefined,
    })
    const { port } = await listenTo(
      createWareServer({
        directory,
        uploads,
        terminal: { say: () => undefined },
        silenceMilliseconds: 50,
      }),
    )
    await exchangeRaw(port, `${beginningOfPut(small.path)}x`)
    await expect.poll(() => readdirSync(directory)).toEqual([])
  })

  test('of more than a few at a time, which are asked to come back', async () => {
    const { port, url, directory } = await serveWarehouse({
      write: true,
      graceSeconds: 0.05,
    })
    const sockets = [1, 2, 3, 4].map(() => connect(port, '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.write(`${beginningOfPut(small.path)}x`)
    }
    const begun = () => readdirSync(directory).filter((name) => !name.endsWith('.spool'))
    await expect.poll(() => begun().length).toBe(4)
    const { status, headers } = await put(url + small.path, small.bytes)
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => readdirSync(directory)).toEqual([])
    expect((await put(url + small.path, small.bytes)).status).toBe(201)
  })

  test('where a link stands in the place of a shelf', async () => {
    const { url, directory } = await serveWarehouse({ write: true })
    const outside = directoryWith({})
    symlinkSync(outside, join(directory, small.hash.slice(0, 3)))
    expect((await put(url + small.path, small.bytes)).status).toBe(500)
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(directory)).toHaveLength(1)
  })

  test('where a directory stands in the place of the blob', async () => {
    const { url, directory } = await serveWarehouse({ write: true })
    mkdirSync(join(directory, small.path, 'x'), { recursive: true })
    writeFileSync(join(directory, small.path, 'x', 'y'), '')
    expect((await put(url + small.path, small.bytes)).status).toBe(500)
    expect(filesIn(directory)).toHaveLength(1)
  })
})

test('other methods are not known with --write either', async () => {
  const { url } = await serveWarehouse({ write: true }, { [fanOut]: 'x' })
  const headers = { authorization: bearer }
  const reply = await fetch(url + fanOut, { method: 'DELETE', headers })
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT'])
})
