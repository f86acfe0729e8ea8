// Servers that fail in every way while a ware is read from them.

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttpClient } from '../../src/http/http-client.ts'
import { openDownload } from '../../src/warehouse/download.ts'
import type { ParallelTuning } from '../../src/warehouse/parallel-ranges.ts'
import type { OpenOutcome } from '../../src/warehouse/warehouse.ts'
import {
  bytesOf,
  contextOf,
  found,
  readAll,
  serve,
  serveInTurn,
  ware,
  warehouseAt,
} from './fixtures.ts'

const content = bytesOf(200_000)
type Answer = (request: IncomingMessage, response: ServerResponse) => void

const status =
  (code: number, headers = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end('<html>an error page</html>')

const whole: Answer = (_request, response) =>
  response.writeHead(200, { 'content-length': content.length }).end(content)

const open = (url: string, change = {}): Promise<OpenOutcome> =>
  warehouseAt(`${url}/ware`, contextOf(change)).open(ware)

describe('an answer', () => {
  test.each([
    [404, 'absent', 'answers with HTTP status 404 (not found)'],
    [410, 'absent', 'answers with HTTP status 410 (gone)'],
    [401, 'unavailable', 'answers with HTTP status 401 (it wants credentials)'],
    [403, 'unavailable', 'answers with HTTP status 403 (access is denied)'],
    [204, 'unavailable', 'answers with HTTP status 204'],
    [206, 'unavailable', 'answers with HTTP status 206'],
    [304, 'unavailable', 'answers with HTTP status 304'],
    [500, 'unavailable', 'answers with HTTP status 500'],
  ])('with status %i means %s', async (code, kind, words) => {
    const url = await serve(status(code))
    const why = `${new URL(url).host} ${words}`
    expect(await open(url)).toEqual({ kind, why })
  })

  test('with an error page and status 200 comes through as it is', async () => {
    const { bytes } = found(await open(await serve(status(200))))
    expect((await readAll(bytes)).toString()).toBe('<html>an error page</html>')
  })

  test('is waited for again after trouble', async () => {
    const { url, asked } = await serveInTurn(status(503), status(502), whole)
    const { bytes, size } = found(await open(url))
    expect(size).toBe(content.length)
    expect((await readAll(bytes)).equals(content)).toBe(true)
    expect(asked).toHaveLength(3)
  })

  test('that stays away three times is none', async () => {
    const { url, asked } = await serveInTurn(status(503))
    expect((await open(url)).kind).toBe('unavailable')
    expect(asked).toHaveLength(3)
  })

  test.each([
    { after: '7', waits: [7000], tries: 2 },
    { after: '30', waits: [30_000], tries: 2 },
    { after: '31', waits: [], tries: 1 },
  ])('may ask for $after seconds of patience', async ({ after, waits, tries }) => {
    const { url, asked } = await serveInTurn(status(429, { 'retry-after': after }), whole)
    const waited: number[] = []
    const wait = (milliseconds: number) => {
      waited.push(milliseconds)
      return Promise.resolve()
    }
    await open(url, { wait })
    expect(waited).toEqual(waits)
    expect(asked).toHaveLength(tries)
  })

  test('of nobody is unavailable', async () => {
    const outcome = await open('http://127.0.0.1:1')
    expect(outcome).toEqual({
      kind: 'unavailable',
      why: '127.0.0.1:1 refuses connections',
    })
  })
})

/** Serves ranges as one should, except for what the options break. */
function ranged(
  options: {
    readonly etag?: string
    readonly modified?: string
    /** Of the first answers so many bytes are sent. */
    readonly breaks?: readonly (number | undefined)[]
    readonly headers?: Readonly<Record<string, string>>
    readonly content?: Buffer
  } = {},
) {
  const all = options.content ?? content
  const asked: string[] = []
  const state = { etag: options.etag, ranges: true, all }
  const listener: Answer = (request, response) => {
    const { range } = request.headers
    asked.push(range ?? 'all')
    const isSame =
      [state.etag, options.modified].includes(String(request.headers['if-range'])) &&
      state.ranges
    const match = isSame ? /^bytes=(\d+)-(\d*)$/.exec(range ?? '') : null
    const start = Number(match?.[1] ?? 0)
    const written = match?.[2] ?? ''
    const end = written === '' ? state.all.length : Number(written) + 1
    response.writeHead(match === null ? 200 : 206, {
      'content-length': end - start,
      'accept-ranges': 'bytes',
      ...(state.etag !== undefined && { etag: state.etag }),
      ...(options.modified !== undefined && { 'last-modified': options.modified }),
      ...(match !== null && {
        'content-range': `bytes ${start}-${end - 1}/${state.all.length}`,
      }),
      ...options.headers,
    })
    const part = state.all.subarray(start, end)
    const limit = options.breaks?.[asked.length - 1]
    if (limit === undefined) response.end(part)
    else response.write(part.subarray(0, limit), () => response.destroy())
  }
  return { listener, asked, state }
}

describe('a connection that breaks', () => {
  test.each([
    { name: 'an ETag', options: { etag: '"one"' } },
    { name: 'a date', options: { modified: 'Tue, 01 Jul 2025 10:00:00 GMT' } },
  ])('is taken up again with $name', async ({ options }) => {
    const server = ranged({ ...options, breaks: [70_000, 50_000] })
    const { bytes } = found(await open(await serve(server.listener)))
    expect((await readAll(bytes)).equals(content)).toBe(true)
    expect(server.asked).toEqual(['all', 'bytes=70000-', 'bytes=120000-'])
  })

  test('is taken up from the start where there are no ranges', async () => {
    const server = ranged({ etag: '"one"', breaks: [70_000] })
    server.state.ranges = false
    const { bytes } = found(await open(await serve(server.listener)))
    expect((await readAll(bytes)).equals(content)).toBe(true)
  })

  test('is the end without a way to know the version', async () => {
    const server = ranged({ breaks: [70_000] })
    const { bytes } = found(await open(await serve(server.listener)))
    await expect(readAll(bytes)).rejects.toMatchObject({
      code: 'warehouse-unavailable',
      message: expect.stringContaining('it offers no way to go on') as string,
    })
  })

  test('is the end when it breaks again and again', async () => {
    const server = ranged({ etag: '"one"', breaks: Array<number>(20).fill(10) })
    const { bytes } = found(await open(await serve(server.listener)))
    await expect(readAll(bytes)).rejects.toMatchObject({ code: 'warehouse-unavailable' })
    expect(server.asked).toHaveLength(4)
  })

  test('never mixes two versions', async () => {
    const server = ranged({ etag: '"one"', breaks: [70_000] })
    const { bytes } = found(await open(await serve(server.listener)))
    Object.assign(server.state, { etag: '"two"', all: bytesOf(200_000, 'b') })
    await expect(readAll(bytes)).rejects.toThrow(
      'the ware changed there while it was fetched',
    )
  })

  test.each([
    { name: 'another part', headers: { 'content-range': 'bytes 0-9/200000' } },
    { name: 'another size', headers: { 'content-range': 'bytes 70000-199999/5' } },
    { name: 'another version', headers: { etag: '"two"' } },
  ])('does not go on with $name', async ({ headers }) => {
    const { url } = await serveInTurn(
      ranged({ etag: '"one"', breaks: [70_000] }).listener,
      ranged({ etag: '"one"', headers }).listener,
    )
    const { bytes } = found(await open(url))
    await expect(readAll(bytes)).rejects.toThrow('changed')
  })

  test('tells what the server says later', async () => {
    const { url } = await serveInTurn(
      ranged({ etag: '"one"', breaks: [70_000] }).listener,
      status(403),
    )
    const { bytes } = found(await open(url))
    await expect(readAll(bytes)).rejects.toThrow(
      '403 (access is denied), when asked for the rest after 70000 bytes',
    )
  })
})

describe('a server that drips', () => {
  /** Never silent, and never done. */
  const drip: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length, etag: '"one"' })
    response.write(content.subarray(0, 70_000))
    const timer = setInterval(() => response.write('x'), 2)
    response.once('close', () => {
      clearInterval(timer)
    })
  }

  function impatient() {
    const leastPace = { bytes: 4096, seconds: 0.05 }
    const client = createHttpClient({ env: {}, userAgent: 'test', leastPace })
    onTestFinished(client.close)
    return { send: client.send }
  }

  test('is asked anew for the rest', async () => {
    const server = ranged({ etag: '"one"' })
    const { url, asked } = await serveInTurn(drip, server.listener)
    const { bytes } = found(await open(url, impatient()))
    let length = 0
    for await (const chunk of bytes) length += chunk.length
    expect(length).toBe(content.length)
    expect(asked).toHaveLength(2)
    expect(Number(/^bytes=(\d+)-$/.exec(server.asked[0] ?? '')?.[1])).toBeGreaterThan(
      69_999,
    )
  })

  test('is unavailable when it goes on like that', async () => {
    const { url, asked } = await serveInTurn(drip)
    const { bytes } = found(await open(url, impatient()))
    await expect(readAll(bytes)).rejects.toMatchObject({
      code: 'warehouse-unavailable',
      message: expect.stringContaining('sends less than 4096 bytes in') as string,
    })
    expect(asked).toHaveLength(4)
  })
})

test('a server that announces more than it sends is found out', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': content.length + 1 })
    response.write(content, () => response.destroy())
  })
  const { bytes, size } = found(await open(url))
  expect(size).toBe(content.length + 1)
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'warehouse-unavailable' })
})

test('what has no length is read to its end', async () => {
  const url = await serve((_request, response) => {
    response.write(content)
    response.end()
  })
  const ware = found(await open(url))
  expect(ware.size).toBeUndefined()
  expect((await readAll(ware.bytes)).equals(content)).toBe(true)
})

test('reading stops on request', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('some')
  })
  const stop = new AbortController()
  const { bytes } = found(await open(url, { signal: stop.signal }))
  const reading = readAll(bytes)
  stop.abort()
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
})

describe('a big ware', () => {
  const tuning: ParallelTuning = { threshold: 100_000, segment: 30_000, connections: 4 }
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  async function openBig(listener: Answer) {
    const url = await serve(listener)
    return await openDownload(
      {
        request: (headers) => ({ method: 'GET', url, headers }),
        explain: (response) =>
          Promise.resolve({ kind: 'unavailable', why: String(response.status) }),
      },
      contextOf(),
      tuning,
    )
  }

  test('comes over several connections, in order', async () => {
    const server = ranged({ etag: '"one"' })
    const { bytes } = found(await openBig(server.listener))
    expect(digest(await readAll(bytes))).toBe(digest(content))
    expect(server.asked).toContain('bytes=180000-199999')
    expect(server.asked).toHaveLength(7)
  })

  test('holds no more than its share in memory', async () => {
    const server = ranged({ etag: '"one"' })
    const { bytes, close } = found(await openBig(server.listener))
    let length = 0
    for await (const chunk of bytes) {
      length += chunk.length
      const ahead = server.asked.length * tuning.segment - length
      expect(ahead).toBeLessThanOrEqual(tuning.segment * (tuning.connections + 1))
    }
    await close()
    expect(length).toBe(content.length)
  })

  test.each([
    { name: 'the start', breaks: [10_000] },
    { name: 'a part', breaks: [undefined, 5000, undefined, 10] },
    { name: 'every part', breaks: [undefined, 1, 1, 1] },
  ])('comes over one connection when $name breaks', async ({ breaks }) => {
    const server = ranged({ etag: '"one"', breaks })
    const { bytes } = found(await openBig(server.listener))
    expect(digest(await readAll(bytes))).toBe(digest(content))
  })

  test.each([
    { name: 'a weak ETag', options: { etag: 'W/"one"' } },
    { name: 'no ETag', options: {} },
    {
      name: 'no ranges',
      options: { etag: '"one"', headers: { 'accept-ranges': 'none' } },
    },
  ])('comes over one connection with $name', async ({ options }) => {
    const server = ranged(options)
    const { bytes } = found(await openBig(server.listener))
    expect(digest(await readAll(bytes))).toBe(digest(content))
    expect(server.asked).toEqual(['all'])
  })

  test('is never put together from two versions', async () => {
    const server = ranged({ etag: '"one"' })
    const outcome = await openBig((request, response) => {
      if (request.headers.range?.startsWith('bytes=90000') === true) {
        Object.assign(server.state, { etag: '"two"', all: bytesOf(200_000, 'b') })
      }
      server.listener(request, response)
    })
    await expect(readAll(found(outcome).bytes)).rejects.toThrow('changed')
  })
})
