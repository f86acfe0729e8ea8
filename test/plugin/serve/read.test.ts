import { randomBytes } from 'node:crypto'
import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directoryWith } from '../cli.ts'
import {
  exchangeRaw,
  fanOut,
  hash,
  openFiles,
  putFile,
  rawGet,
  serveWarehouse,
} from './warehouse.ts'

const legacyHash = 'a'.repeat(62) + '-_'

describe('a served ware', () => {
  test('comes with all that a client may want to know of it', async () => {
    const { url, directory } = await serveWarehouse({}, { [fanOut]: 'hello' })
    utimesSync(join(directory, fanOut), 1_262_304_000, 1_262_304_000)
    const reply = await fetch(url + fanOut)
    expect(await reply.text()).toBe('hello')
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-length': '5',
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'last-modified': 'Fri, 01 Jan 2010 00:00:00 GMT',
      etag: expect.stringMatching(/^"[^",]+"$/) as string,
    })
  })

  test.each([
    ['fan-out on disk, flat in the path', fanOut, `/${hash}`],
    ['flat on disk, fan-out in the path', `/${hash}`, fanOut],
    ['a legacy hash', `/${legacyHash}`, `/aaa/aaa/${legacyHash}`],
    ['with a query', fanOut, `${fanOut}?from=here`],
  ])('is found: %s', async (_name, stored, asked) => {
    const { url } = await serveWarehouse({}, { [stored]: 'x' })
    expect((await fetch(url + asked)).status).toBe(200)
  })

  test('is only told of by HEAD', async () => {
    const { port } = await serveWarehouse({}, { [fanOut]: 'hello' })
    const reply = await rawGet(port, fanOut, 'HEAD')
    expect(reply).toMatch(/^HTTP\/1\.1 200 /)
    expect(reply).toMatch(/content-length: 5\r\n/i)
    expect(reply.endsWith('\r\n\r\n')).toBe(true)
  })

  test('comes whole and unchanged when it is larger than every buffer', async () => {
    const content = randomBytes(5_000_001)
    const { url } = await serveWarehouse({}, { [fanOut]: content })
    const got = Buffer.from(await (await fetch(url + fanOut)).arrayBuffer())
    expect(got.equals(content)).toBe(true)
  })

  test('may be empty', async () => {
    const { url } = await serveWarehouse({}, { [fanOut]: '' })
    const reply = await fetch(url + fanOut)
    expect([reply.status, await reply.text()]).toEqual([200, ''])
    const ranged = await fetch(url + fanOut, { headers: { range: 'bytes=0-' } })
    expect(ranged.status).toBe(416)
  })
})

describe('a range', () => {
  test.each([
    ['from the start', 'bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['to the end', 'bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['from behind', 'bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['from behind, longer than all', 'bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['beyond the end', 'bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['one byte', 'Bytes=5-5', 206, '5', 'bytes 5-5/10'],
    ['wholly beyond', 'bytes=10-', 416, '', 'bytes */10'],
    ['of nothing', 'bytes=-0', 416, '', 'bytes */10'],
    ['several: all is sent', 'bytes=0-1,4-5', 200, '0123456789', null],
    ['backwards: all is sent', 'bytes=5-2', 200, '0123456789', null],
    ['another unit: all is sent', 'lines=1-2', 200, '0123456789', null],
    ['nonsense: all is sent', 'bytes=-', 200, '0123456789', null],
    ['endless digits: all is sent', `bytes=${'9'.repeat(40)}-`, 200, '0123456789', null],
  ])('%s', async (_name, range, status, text, contentRange) => {
    const { url } = await serveWarehouse({}, { [fanOut]: '0123456789' })
    const reply = await fetch(url + fanOut, { headers: { range } })
    expect([reply.status, await reply.text()]).toEqual([status, text])
    expect(reply.headers.get('content-range')).toBe(contentRange)
    expect(reply.headers.get('content-length')).toBe(String(text.length))
  })
})

describe('conditions', () => {
  const date = 'Fri, 01 Jan 2010 00:00:00 GMT'
  const later = 'Fri, 01 Jan 2010 00:00:01 GMT'
  const earlier = 'Thu, 31 Dec 2009 23:59:59 GMT'

  test.each([
    ['If-None-Match that matches', { 'if-none-match': 'ETAG' }, 304],
    ['If-None-Match, weak, in a list', { 'if-none-match': '"a", W/ETAG' }, 304],
    ['If-None-Match of all', { 'if-none-match': '*' }, 304],
    ['If-None-Match of another', { 'if-none-match': '"a"' }, 200],
    [
      'If-None-Match over the date',
      { 'if-none-match': '"a"', 'if-modified-since': date },
      200,
    ],
    ['If-Modified-Since then', { 'if-modified-since': date }, 304],
    ['If-Modified-Since before', { 'if-modified-since': earlier }, 200],
    ['If-Match that matches', { 'if-match': '"a", ETAG' }, 200],
    ['If-Match of another', { 'if-match': '"a"' }, 412],
    ['If-Match, weak', { 'if-match': 'W/ETAG' }, 412],
    ['If-Unmodified-Since before', { 'if-unmodified-since': earlier }, 412],
    ['If-Range that matches', { 'if-range': 'ETAG', range: 'bytes=0-1' }, 206],
    ['If-Range of another', { 'if-range': '"a"', range: 'bytes=0-1' }, 200],
    ['If-Range, weak', { 'if-range': 'W/ETAG', range: 'bytes=0-1' }, 200],
    ['If-Range with its date', { 'if-range': date, range: 'bytes=0-1' }, 206],
    ['If-Range with another date', { 'if-range': later, range: 'bytes=0-1' }, 200],
    ['a date that is none', { 'if-modified-since': 'yesterday' }, 200],
  ] as const)('%s', async (_name, headers, status) => {
    const { url, directory } = await serveWarehouse({}, { [fanOut]: 'hello' })
    utimesSync(join(directory, fanOut), 1_262_304_000, 1_262_304_000)
    const etag = (await fetch(url + fanOut)).headers.get('etag') ?? ''
    const sent = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      value.replace('ETAG', etag),
    ])
    const reply = await fetch(url + fanOut, { headers: sent, cache: 'no-store' })
    await reply.arrayBuffer()
    expect(reply.status).toBe(status)
  })

  test('the same ware in other bytes has another tag', async () => {
    const { url, directory } = await serveWarehouse({}, { [fanOut]: 'one' })
    const tag = async () => (await fetch(url + fanOut)).headers.get('etag')
    const before = await tag()
    writeFileSync(join(directory, fanOut), 'other')
    expect(await tag()).not.toBe(before)
  })
})

describe('nothing else is served', () => {
  const secret = 'do not show this'

  test.each([
    ['another file', '/secret', 404],
    ['a file in a directory', '/sub/secret', 404],
    ['the directory above', '/../secret', 400],
    ['the directory above, encoded', '/%2e%2e/secret', 400],
    ['an encoded slash', `/6q7%2fG4h%2f${hash}`, 400],
    ['a NUL', `/%00${hash}`, 400],
    ['a backslash', '/..\\secret', 400],
    ['an encoded hash', `/%36${hash.slice(1)}`, 400],
    ['a double slash', `//6q7/G4h/${hash}`, 404],
    ['a slash at the end', `${fanOut}/`, 404],
    ['another shelf', `/6q7/G4x/${hash}`, 404],
    ['half a fan-out', `/6q7/${hash}`, 404],
    ['a shelf', '/6q7/G4h', 404],
    ['a shelf with its slash', '/6q7/', 404],
    ['a character that base58 lacks', `/${hash.slice(0, -1)}0`, 404],
    ['too short a hash', `/${hash.slice(1, -1)}`, 404],
    ['a git commit', `/${'0123456789'.repeat(4)}`, 404],
    ['a temporary file', '/.tmp.upload.x', 400],
    ['an absolute URL', 'http://other.example/secret', 400],
    ['a very long path', `/${'a'.repeat(2000)}`, 400],
    ['an asterisk', '*', 400],
  ])('%s', async (_name, target, status) => {
    const { port } = await serveWarehouse(
      {},
      { secret, 'sub/secret': secret, '.tmp.upload.x': secret, 'a/b': '' },
    )
    const reply = await rawGet(port, target)
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(reply).not.toContain(secret)
  })

  test.each([
    ['a link in the place of a ware', fanOut, (secretPath: string) => secretPath],
    ['a link in the place of a shelf', '/6q7', (_: string, outside: string) => outside],
  ])('%s', async (_name, place, targetOf) => {
    const outside = directoryWith({ secret, [`G4h/${hash}`]: secret })
    const directory = directoryWith({ '6q7/G4h/x': '' })
    const served = place === '/6q7' ? directoryWith({}) : directory
    symlinkSync(targetOf(join(outside, 'secret'), outside), join(served, place))
    const { url } = await serveWarehouse({ directory: served })
    expect((await fetch(url + fanOut)).status).toBe(404)
  })

  test('a directory in the place of a ware', async () => {
    const { url, directory } = await serveWarehouse()
    mkdirSync(join(directory, fanOut), { recursive: true })
    expect((await fetch(url + fanOut)).status).toBe(404)
  })

  test.each(['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s is not known',
    async (method) => {
      const { port } = await serveWarehouse({}, { [fanOut]: 'x' })
      const reply = await rawGet(port, fanOut, method)
      expect(reply).toMatch(/^HTTP\/1\.1 405 /)
      expect(reply).toMatch(/^allow: GET, HEAD\r$/im)
    },
  )

  test('the front page says where one is, /healthz that all is well', async () => {
    const { url } = await serveWarehouse({}, { [fanOut]: 'x' })
    const front = await (await fetch(url)).text()
    expect(front).toContain('warehouse')
    expect(front).not.toContain(hash.slice(0, 6))
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n')
  })
})

describe('bad clients', () => {
  test('one that breaks off leaves no file open', async () => {
    const { url, directory } = await serveWarehouse(
      {},
      { [fanOut]: new Uint8Array(30_000_000) },
    )
    await new Promise<void>((done) => {
      const request = get(url + fanOut, (reply) => {
        reply.once('data', () => {
          expect(openFiles(directory)).toBe(1)
          request.destroy()
        })
        reply.once('close', done)
        reply.on('error', () => undefined)
      })
      request.on('error', () => undefined)
    })
    await expect.poll(() => openFiles(directory)).toBe(0)
  })

  test('a header without end is refused, and the next request answered', async () => {
    const { port, url } = await serveWarehouse()
    const reply = await exchangeRaw(port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`)
    expect(reply).toMatch(/^HTTP\/1\.1 431 /)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  test('a file that is cut short under way ends the connection', async () => {
    const size = 50_000_000
    const { port, directory } = await serveWarehouse(
      {},
      { [fanOut]: new Uint8Array(size) },
    )
    const received = await new Promise<number>((done, fail) => {
      const socket = connect(port, '127.0.0.1')
      let bytes = 0
      socket.once('data', () => {
        truncateSync(join(directory, fanOut), 1000)
      })
      socket.on('data', (chunk) => {
        bytes += chunk.length
      })
      socket.on('error', fail)
      socket.on('close', () => {
        done(bytes)
      })
      socket.write(`GET ${fanOut} HTTP/1.1\r\nHost: x\r\n\r\n`)
    })
    expect(received).toBeLessThan(size)
  })
})

describe('the log', () => {
  test('has a line per request, without queries and with hashes cut', async () => {
    const { url, log } = await serveWarehouse({}, { [fanOut]: 'hello' })
    await (await fetch(`${url + fanOut}?token=geheim`)).text()
    await (await fetch(`${url}/%1b[31m`)).text()
    await expect.poll(log).toMatch(/^GET \/6q7G4hWr283F… 200 5 \d+\.\d\ds\n/)
    await expect.poll(log).toMatch(/\nGET \/%1b\[31m 400 0 \d+\.\d\ds\n$/)
    expect(log()).not.toContain('geheim')
  })
})

describe('its end', () => {
  test('lets a download finish that has begun', async () => {
    const content = new Uint8Array(20_000_000)
    const { url, stop } = await serveWarehouse({}, { [fanOut]: content })
    const reply = await fetch(url + fanOut)
    const ended = stop()
    expect((await reply.arrayBuffer()).byteLength).toBe(content.length)
    await ended
    await expect(fetch(url)).rejects.toThrow()
  })
})

test('files put there later are served', async () => {
  const { url, directory } = await serveWarehouse()
  expect((await fetch(url + fanOut)).status).toBe(404)
  putFile(directory, fanOut, Buffer.from('x'))
  expect((await fetch(url + fanOut)).status).toBe(200)
})
