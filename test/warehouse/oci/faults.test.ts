// Registries that fail, lie, or lead astray: a server of the test plays them.

import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openOciWarehouse } from '../../../src/warehouse/oci/open-oci-warehouse.ts'
import type { Warehouse, WarehouseContext } from '../../../src/warehouse/warehouse.ts'
import { listen } from './listen.ts'
import { collect, scratchDirectory, someWare, testContext } from './registry.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(
  handler: Handler,
): Promise<{ registry: string; requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    handler(request, response)
  })
  const origin = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { registry: origin.replace('http://', ''), requests }
}

function openAt(registry: string, context: WarehouseContext = testContext()): Warehouse {
  return openOciWarehouse(
    {
      scheme: 'oci',
      text: `oci://${registry}/wares`,
      layout: 'artifact',
      contentAddressed: true,
      registry,
      repository: 'wares',
    },
    context,
  )
}

const blob = Buffer.alloc(300_000, 'ware')
const layer = { mediaType: 'x', digest: digestOf(blob), size: blob.length }

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function manifestOf(layers: unknown, more: object = {}): string {
  return JSON.stringify({ schemaVersion: 2, layers, ...more })
}

/** The manifest as given, and the blob unless `sendBlob` does it. */
function registryWith(
  manifest: string,
  sendBlob: Handler = (_, response) => {
    response.end(blob)
  },
): Handler {
  return (request, response) => {
    if (request.url?.includes('/manifests/') === true) response.end(manifest)
    else sendBlob(request, response)
  }
}

/** What became of reading the ware. */
async function read(warehouse: Warehouse): Promise<string> {
  const outcome = await warehouse.open(someWare)
  if (outcome.kind !== 'found') return `${outcome.kind}: ${outcome.why}`
  try {
    const bytes = await collect(outcome.ware.bytes)
    return bytes.equals(blob) ? 'the ware' : `${bytes.length} bytes`
  } catch (error) {
    return error instanceof Error && 'code' in error
      ? `${String(error.code)}: ${error.message}`
      : String(error)
  }
}

const oneLayer = manifestOf([layer])

test.each<[string, Handler, RegExp]>([
  ['no layer', registryWith(manifestOf([])), /^unavailable: .* has 0 layers/],
  [
    'two layers',
    registryWith(manifestOf([layer, layer])),
    /^unavailable: .* has 2 layers/,
  ],
  [
    'a layer without digest',
    registryWith(manifestOf([{ size: 1 }])),
    /^unavailable: .* no valid digest and size/,
  ],
  [
    'a digest that leads elsewhere',
    registryWith(manifestOf([{ ...layer, digest: 'sha256:../../x' }])),
    /^unavailable: .* no valid digest and size/,
  ],
  [
    'a page in HTML with status 200',
    (_, response) => {
      response.end('<html>log in</html>')
    },
    /^unavailable: .* something that is no image manifest/,
  ],
  [
    'the manifest of another ware',
    registryWith(manifestOf([layer], { annotations: { 'r2k8s.io/ware': 'tar:other' } })),
    /^unavailable: .* that of another ware, "tar:other"/,
  ],
  [
    'a manifest with another digest than it says',
    (request, response) => {
      response.setHeader('docker-content-digest', digestOf(blob))
      registryWith(oneLayer)(request, response)
    },
    /^unavailable: .* a manifest whose digest is not sha256:/,
  ],
  [
    'a manifest without end',
    (_, response) => {
      response.end(Buffer.alloc(5 * 1024 * 1024, ' '))
    },
    /^unavailable: .* a manifest above 4194304 bytes/,
  ],
  [
    'other bytes of the same size',
    registryWith(oneLayer, (_, response) => {
      response.end(Buffer.alloc(blob.length, 'evil'))
    }),
    /^ware-corrupt: .* its digest is sha256:/,
  ],
  [
    'a blob of another size',
    registryWith(oneLayer, (_, response) => {
      response.end(Buffer.concat([blob, blob]))
    }),
    /^unavailable: .* layer of 600000 bytes, and its manifest says 300000/,
  ],
  [
    'a blob that goes on and on',
    registryWith(oneLayer, (_, response) => {
      response.write(blob)
      response.end(blob)
    }),
    /^ware-corrupt: .* more than the 300000 bytes/,
  ],
  [
    'a layer that is missing',
    registryWith(oneLayer, (_, response) => {
      response.statusCode = 404
      response.end('{"errors":[{"code":"BLOB_UNKNOWN","message":"gone\\u001b[2J"}]}')
    }),
    /^unavailable: .* answers 404 \("BLOB_UNKNOWN: gone\\u001b\[2J"\) for the layer/,
  ],
  [
    'a redirect of the blob to a file',
    registryWith(oneLayer, (_, response) => {
      response.writeHead(307, { location: 'file:///etc/passwd' })
      response.end()
    }),
    /^unavailable: /,
  ],
  [
    'nothing but 500',
    (_, response) => {
      response.statusCode = 500
      response.end()
    },
    /^unavailable: .* answers 500/,
  ],
  [
    'nothing but demands for a token',
    (request, response) => {
      if (request.url?.startsWith('/token') === true) {
        response.end('{"token":"t"}')
        return
      }
      const realm = `http://${request.headers.host ?? ''}/token`
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` })
      response.end()
    },
    /^unavailable: .* answers 401; there are no credentials/,
  ],
  [
    'a token server that is a file',
    (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="file:///etc/passwd"' })
      response.end()
    },
    /^unavailable: .* to "file:\/\/\/etc\/passwd", which is not safe/,
  ],
  [
    'a token that ends the header',
    (request, response) => {
      if (request.url?.startsWith('/token') === true) {
        response.end(JSON.stringify({ token: 'a\r\nx: y' }))
        return
      }
      const realm = `http://${request.headers.host ?? ''}/token`
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` })
      response.end()
    },
    /^unavailable: the token is malformed/,
  ],
])('moves on from a registry with %s', async (_, handler, why) => {
  const { registry } = await serve(handler)
  expect(await read(openAt(registry))).toMatch(why)
})

test('tries again after an answer that passes', async () => {
  let failures = 2
  const { registry } = await serve((request, response) => {
    if (failures-- > 0) {
      response.statusCode = 503
      response.end()
    } else registryWith(oneLayer)(request, response)
  })
  expect(await read(openAt(registry))).toBe('the ware')
})

test('goes on where a connection broke, without an ETag, too', async () => {
  const ranges: (string | undefined)[] = []
  const { registry } = await serve(
    registryWith(oneLayer, ({ headers }, response) => {
      ranges.push(headers.range)
      const start = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      if (headers.range === undefined) {
        response.setHeader('content-length', blob.length)
        response.write(blob.subarray(0, 100_000), () => response.destroy())
        return
      }
      const range = `bytes ${start}-${blob.length - 1}/${blob.length}`
      response.writeHead(206, { 'content-range': range })
      response.end(blob.subarray(start))
    }),
  )
  expect(await read(openAt(registry))).toBe('the ware')
  expect(ranges.length).toBe(2)
})

test('keeps the credentials of a registry from where that redirects to', async () => {
  const seen: (string | undefined)[] = []
  const storage = await serve(({ headers }, response) => {
    seen.push(headers.authorization)
    response.end(blob)
  })
  const { registry } = await serve((request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' })
      response.end()
      return
    }
    registryWith(oneLayer, (_, answer) => {
      answer.writeHead(307, { location: `http://${storage.registry}/blob` })
      answer.end()
    })(request, response)
  })
  expect(await read(openAt(registry, testContext(loginTo(registry))))).toBe('the ware')
  expect(seen).toEqual([undefined])
})

test('gives no credentials to a storage that asks for some', async () => {
  const storage = await serve((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' })
    response.end()
  })
  const { registry } = await serve(
    registryWith(oneLayer, (_, response) => {
      response.writeHead(307, { location: `http://${storage.registry}/blob` })
      response.end()
    }),
  )
  const context = testContext(loginTo(registry))
  expect(await read(openAt(registry, context))).toMatch(/^unavailable: .* answers 401/)
  expect(storage.requests.length).toBe(1)
})

function loginTo(registry: string): Record<string, string> {
  const directory = scratchDirectory()
  const auths = { [registry]: { username: 'tester', password: 'secret' } }
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths }))
  return { DOCKER_CONFIG: directory }
}

test.each([
  ['to a file', 'file:///tmp/x'],
  ['to nowhere', ''],
  ['to no URL', 'http://['],
])('uploads nothing to a place that leads %s', async (_, location) => {
  const { registry, requests } = await serve((_request, response) => {
    response.writeHead(202, { location })
    response.end()
  })
  await expect(openAt(registry).create(someWare)).rejects.toMatchObject({
    code: 'warehouse-unwritable',
  })
  expect(requests).toEqual(['POST /v2/wares/blobs/uploads/'])
})

test('follows an upload along relative places, whose queries stay as they are', async () => {
  const { registry, requests } = await serve((request, response) => {
    const { method, url = '' } = request
    const statuses: Record<string, number> = { POST: 202, PATCH: 202, PUT: 201 }
    request.resume().on('end', () => {
      const place = `../up?state=a%20b+c&at=${method ?? ''}`
      response.writeHead(
        url.includes('/manifests/wares') ? 404 : (statuses[method ?? ''] ?? 404),
        {
          location: place,
        },
      )
      response.end()
    })
  })
  const upload = await openAt(registry).create(someWare)
  await upload.write(Buffer.from('x'))
  await upload.commit({ wareId: someWare, compression: 'gzip' })
  const digest = digestOf(Buffer.from('x')).replace(':', '%3A')
  expect(requests[1]).toBe('PATCH /v2/wares/blobs/up?state=a%20b+c&at=POST')
  expect(requests[2]).toBe(`PUT /v2/wares/up?state=a%20b+c&at=PATCH&digest=${digest}`)
})

test('tells whoever writes that the registry has had enough', async () => {
  const { registry } = await serve((request, response) => {
    if (request.method === 'POST') {
      response.writeHead(202, { location: '/up' })
      response.end()
      return
    }
    response.writeHead(413, { connection: 'close' })
    response.end('{"errors":[{"code":"SIZE_INVALID","message":"too much"}]}')
  })
  const upload = await openAt(registry).create(someWare)
  const writeOn = async () => {
    for (let i = 0; i < 10_000; i++) await upload.write(blob)
  }
  await expect(writeOn()).rejects.toMatchObject({
    code: expect.stringMatching(/^warehouse-un/) as string,
  })
  await upload.discard()
})

test('ends a fetch that is cancelled as such', async () => {
  const stop = new AbortController()
  const { registry } = await serve(() => {
    stop.abort()
  })
  const context = testContext({}, { signal: stop.signal })
  await expect(openAt(registry, context).open(someWare)).rejects.toMatchObject({
    code: 'cancelled',
  })
})

test('warns of a credential helper that is not installed, and reads without', async () => {
  const { registry } = await serve((request, response) => {
    if (request.headers.authorization !== undefined) response.statusCode = 400
    if (request.url?.startsWith('/token') === true) {
      response.end('{"token":"t"}')
      return
    }
    if (request.headers.authorization === 'Bearer t') response.statusCode = 200
    else {
      const realm = `http://${request.headers.host ?? ''}/token`
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` })
      response.end()
      return
    }
    registryWith(oneLayer)(request, response)
  })
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'config.json'), '{"credsStore":"nowhere"}')
  const context = testContext({ DOCKER_CONFIG: directory, PATH: '/usr/bin' })
  expect(await read(openAt(registry, context))).toBe('the ware')
  expect(context.events).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('docker-credential-nowhere') as string,
    },
  ])
})

test.each([
  ['that is no JSON', '{'],
  ['whose helper has a path', '{"credsStore":"../../bin/x"}'],
])('says what is wrong with a configuration %s', async (_, text) => {
  const { registry } = await serve((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' })
    response.end()
  })
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'config.json'), text)
  const why = await read(openAt(registry, testContext({ DOCKER_CONFIG: directory })))
  expect(why).toMatch(/no configuration of docker's|no valid name of a credential helper/)
})
