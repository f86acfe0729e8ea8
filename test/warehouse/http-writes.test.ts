import type { IncomingMessage } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatWareId } from '../../src/ware/ware-id.ts'
import { warePath } from '../../src/ware/ware-path.ts'
import {
  bytesOf,
  contextOf,
  filesBelow,
  found,
  readAll,
  save,
  serve,
  serveInTurn,
  temporaryDirectory,
  ware,
  warehouseAt,
} from './fixtures.ts'

const content = bytesOf(150_000)

/** Answers HEAD with 404 and PUT with the given status, after all has arrived. */
async function target(...statuses: number[]) {
  const puts: { request: IncomingMessage; body: Buffer }[] = []
  const url = await serve((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'PUT') puts.push({ request, body: Buffer.concat(chunks) })
      const status = statuses[Math.min(puts.length, statuses.length) - 1]
      response.writeHead(request.method === 'PUT' ? (status ?? 500) : 404).end()
    })
  })
  return { url, puts }
}

test('sends the archive with its ID, its length and the token', async () => {
  const { url, puts } = await target(201)
  const env = { R2K8S_WAREHOUSE_TOKEN: 'open sesame' }
  await save(warehouseAt(`ca+${url}/wares`, contextOf({ env })), content)
  expect(puts[0]?.body.equals(content)).toBe(true)
  expect(puts[0]?.request.url).toBe(`/wares/${warePath(ware, 'fan-out')}`)
  expect(puts[0]?.request.headers).toMatchObject({
    authorization: 'Bearer open sesame',
    'r2k8s-ware': formatWareId(ware),
    'content-length': String(content.length),
  })
})

test('takes the token of a mounted Secret', async () => {
  const { url, puts } = await target(200)
  const credentialsDirectory = temporaryDirectory()
  writeFileSync(join(credentialsDirectory, 'token'), 'sesame\n')
  await save(warehouseAt(`${url}/one`, contextOf({ credentialsDirectory })), content)
  expect(puts[0]?.request.headers.authorization).toBe('Bearer sesame')
})

test('sends all of it again after trouble', async () => {
  const { url, puts } = await target(503, 201)
  await save(warehouseAt(`${url}/one`, contextOf()), content)
  expect(puts.map((put) => put.body.equals(content))).toEqual([true, true])
})

test('sends nothing where the ware lies already', async () => {
  const { url, asked } = await serveInTurn((_request, response) =>
    response.writeHead(200, { 'content-length': content.length }).end(),
  )
  await save(warehouseAt(`ca+${url}`, contextOf()), content)
  expect(asked.map((request) => request.method)).toEqual(['HEAD'])
})

test.each([
  [401, 'warehouse-unwritable', 'set R2K8S_WAREHOUSE_TOKEN'],
  [403, 'warehouse-unwritable', 'set R2K8S_WAREHOUSE_TOKEN'],
  [404, 'warehouse-unwritable', 'read-only unless served by ware serve --write'],
  [405, 'warehouse-unwritable', 'read-only unless served by ware serve --write'],
  [501, 'warehouse-unwritable', 'read-only unless served by ware serve --write'],
  [302, 'warehouse-unwritable', 'read-only unless served by ware serve --write'],
  [422, 'warehouse-unwritable', 'the bytes it got are not those of the ware'],
  [500, 'warehouse-unavailable', 'HTTP status 500'],
])('an answer with status %i is %s: %s', async (status, code, words) => {
  const { url } = await target(status)
  const spools = temporaryDirectory()
  const context = contextOf({
    env: { R2K8S_WAREHOUSE_TOKEN: 's3cret' },
    scratch: () => spools,
  })
  const error: unknown = await save(warehouseAt(`${url}/one`, context), content).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code })
  expect(JSON.stringify(error)).toContain(words)
  expect(JSON.stringify(error)).not.toContain('s3cret')
  expect(filesBelow(spools)).toEqual([])
})

describe('the reason of a refusal', () => {
  async function refusalOf(place: string, reason: string, type = 'text/plain') {
    const url = await serve((request, response) => {
      request.resume().on('end', () => {
        const status = request.method === 'PUT' ? 400 : 404
        response.writeHead(status, { 'content-type': type }).end(reason)
      })
    })
    const context = contextOf({ env: { R2K8S_WAREHOUSE_TOKEN: 's3cret' } })
    const address = place.replace('HOST', url.slice('http://'.length))
    return await save(warehouseAt(address, context), content).then(
      () => 'none',
      (error: unknown) => JSON.stringify(error),
    )
  }

  test('is told, with the address that would do', async () => {
    const told = await refusalOf('http://HOST/app.tgz', 'a path ends in a ware hash\n')
    expect(told).toContain('it says \\"a path ends in a ware hash\\"')
    expect(told).toMatch(/wants a content-addressed one: ca\+http:\/\/127/)
    expect(told).not.toContain('is 127')
  })

  test('is cut, and has no control characters', async () => {
    const told = await refusalOf('ca+http://HOST', `\u001b[31m${'x'.repeat(100_000)}`)
    expect(told).toContain('xxx')
    expect(told).not.toContain('\u001b')
    expect(told.length).toBeLessThan(2000)
  })

  test.each([
    ['a page', '<html>no</html>', 'text/html'],
    ['the token', 'what is s3cret?', 'text/plain'],
  ])('is left out where it is %s', async (_, reason, type) => {
    const told = await refusalOf('ca+http://HOST', reason, type)
    expect(told).toContain('HTTP status 400')
    expect(told).not.toContain('it says')
  })
})

describe('a netrc', () => {
  const login = `Basic ${Buffer.from('me:word').toString('base64')}`
  const tell = () =>
    serve((request, response) => response.end(request.headers.authorization ?? 'nobody'))

  async function seenWith(text: string, change: 'NETRC' | 'HOME' | 'Secret') {
    const directory = temporaryDirectory()
    const name = change === 'HOME' ? '.netrc' : 'netrc'
    writeFileSync(join(directory, name), text)
    const context = contextOf(
      change === 'Secret'
        ? { credentialsDirectory: directory }
        : { env: { [change]: change === 'HOME' ? directory : join(directory, name) } },
    )
    const outcome = await warehouseAt(`${await tell()}/one`, context).open(undefined)
    return (await readAll(found(outcome).bytes)).toString()
  }

  test.each(['NETRC', 'HOME', 'Secret'] as const)(
    'of %s gives the login',
    async (place) => {
      const text = 'machine 127.0.0.1 login me password word\n'
      expect(await seenWith(text, place)).toBe(login)
    },
  )

  test('for other machines, or for all, gives none', async () => {
    const text =
      'machine other.example login me password word\ndefault login a password b'
    expect(await seenWith(text, 'NETRC')).toBe('nobody')
  })

  test('does not send the token to whom only reads', async () => {
    const env = { R2K8S_WAREHOUSE_TOKEN: 's3cret' }
    const outcome = await warehouseAt(`${await tell()}/one`, contextOf({ env })).open(
      ware,
    )
    expect((await readAll(found(outcome).bytes)).toString()).toBe('nobody')
  })
})
