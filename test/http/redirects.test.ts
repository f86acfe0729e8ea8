import { describe, expect, test } from 'vitest'
import { HttpFailure, type HttpRequest } from '../../src/http-exchange.ts'
import { followRedirect } from '../../src/http/follow-redirect.ts'
import { clientWith, serve, textOf } from './loopback.ts'

test('goes along redirects to the end', async () => {
  const host = await serve((request, response) => {
    if (request.url === '/b/there') response.end('arrived')
    else response.writeHead(302, { location: '/b/there#part' }).end('moved')
  })
  const response = await clientWith()({ method: 'GET', url: `http://${host}/a` })
  expect(response.url).toBe(`http://${host}/b/there`)
  expect(await textOf(response)).toBe('arrived')
})

test('reports a circle with the hosts on the way', async () => {
  const other = await serve((_request, response) =>
    response.writeHead(302, { location: `http://${host}/?secret=1` }).end(),
  )
  const host = await serve((_request, response) =>
    response.writeHead(302, { location: `http://${other}/?secret=2` }).end(),
  )
  const sending = clientWith()({ method: 'GET', url: `http://${host}/` })
  const error: unknown = await sending.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HttpFailure)
  expect(error).toMatchObject({
    message: expect.stringMatching(
      new RegExp(`^more than 10 redirects: ${host} → ${other} → ${host}`),
    ) as string,
    retry: false,
  })
  expect(String(error)).not.toContain('secret')
})

test('hands a redirect over when told so', async () => {
  const host = await serve((_request, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  )
  const send = clientWith()
  const url = `http://${host}/`
  const told = await send({ method: 'GET', url, redirects: 'none' })
  const put = await send({ method: 'PUT', url, body: Buffer.from('x') })
  expect([told.status, put.status]).toEqual([307, 307])
  await Promise.all([told.discard(), put.discard()])
})

test('sends secrets to their own origin only', async () => {
  const tell = await serve((request, response) =>
    response.end(JSON.stringify(request.headers)),
  )
  const host = await serve((request, response) => {
    if (request.url === '/same') response.end(JSON.stringify(request.headers))
    else {
      const location = request.url === '/near' ? '/same' : `http://${tell}/`
      response.writeHead(302, { location }).end()
    }
  })
  const headers = {
    authorization: 'Bearer s3cret',
    cookie: 'a=s3cret',
    'x-amz-security-token': 's3cret',
    range: 'bytes=1-',
  }
  const send = clientWith()
  const near = await send({ method: 'GET', url: `http://${host}/near`, headers })
  expect(JSON.parse(await textOf(near))).toMatchObject(headers)
  const far = await send({ method: 'GET', url: `http://${host}/far`, headers })
  const seen = await textOf(far)
  expect(seen).not.toContain('s3cret')
  expect(JSON.parse(seen)).toMatchObject({ range: 'bytes=1-' })
})

describe('a redirect', () => {
  const answer = (location: string, status = 302) => ({
    status,
    headers: { location },
    url: '',
    body: (async function* () {})(),
    discard: () => Promise.resolve(),
  })
  const get: HttpRequest = { method: 'GET', url: 'https://a.example/x' }

  test.each([
    ['file:///etc/passwd', 'a.example redirects to a file URL, which is not followed'],
    ['data:text/plain,x', 'a.example redirects to a data URL, which is not followed'],
    [
      'http://a.example/x',
      'a.example redirects from https to http (a.example), which is not followed',
    ],
    ['http://[', 'a.example redirects to what is no URL'],
  ])('to %s is refused', (location, message) => {
    expect(() => followRedirect(get, answer(location))).toThrow(message)
  })

  test('leaves out a login that stands in its target', () => {
    const next = followRedirect(get, answer('https://user:word@b.example/y'))
    expect(next?.url).toBe('https://b.example/y')
  })

  test.each([
    { status: 307, follows: true },
    { status: 308, follows: true },
    { status: 302, follows: false },
    { status: 303, follows: false },
  ])('of a POST with $status: followed $follows', ({ status, follows }) => {
    const post: HttpRequest = { ...get, method: 'POST', redirects: 'follow' }
    expect(followRedirect(post, answer('/y', status)) !== undefined).toBe(follows)
  })

  test.each([304, 300, 200])('is no answer with %i', (status) => {
    expect(followRedirect(get, answer('/y', status))).toBeUndefined()
  })
})
