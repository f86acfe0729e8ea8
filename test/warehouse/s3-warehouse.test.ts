// What an object store may answer besides what a healthy one does; the rest is in the conformance suite.

import { describe, expect, test } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../src/http-exchange.ts'
import type { WarehouseContext } from '../../src/warehouse/warehouse.ts'
import {
  bytesOf,
  contextOf,
  found,
  readAll,
  save,
  ware,
  warehouseAt,
} from './fixtures.ts'

const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's3cret' }

interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Stands in for a store: tells what it was asked, and answers by a rule. */
function storeOf(
  rule: (request: HttpRequest) => Answer,
  change: Partial<WarehouseContext>,
) {
  const asked: HttpRequest[] = []
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    asked.push(request)
    const { status, body = '', headers = {} } = rule(request)
    async function* bytes() {
      await Promise.resolve()
      yield Buffer.from(body)
    }
    const discard = () => Promise.resolve()
    return await Promise.resolve({
      status,
      headers,
      url: request.url,
      body: bytes(),
      discard,
    })
  }
  return { asked, context: contextOf({ env: keys, ...change, send }) }
}

const xml = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>AKID s3cret</Message></Error>`

describe('the place of an object', () => {
  test.each([
    {
      address: 's3://bucket/a/b',
      env: {},
      url: 'https://bucket.s3.us-east-1.amazonaws.com/a/b',
    },
    {
      address: 's3://bucket/a',
      env: { AWS_REGION: 'eu-central-1' },
      url: 'https://bucket.s3.eu-central-1.amazonaws.com/a',
    },
    {
      address: 's3://bucket/a',
      env: { AWS_DEFAULT_REGION: 'cn-north-1' },
      url: 'https://bucket.s3.cn-north-1.amazonaws.com.cn/a',
    },
    {
      address: 's3://my.bucket/a',
      env: {},
      url: 'https://s3.us-east-1.amazonaws.com/my.bucket/a',
    },
    {
      address: 's3://bucket/a',
      env: { AWS_ENDPOINT_URL: 'http://minio:9000/', AWS_ENDPOINT_URL_S3: '' },
      url: 'http://minio:9000/bucket/a',
    },
    {
      address: 's3://bucket/a',
      env: {
        AWS_ENDPOINT_URL_S3: 'http://minio:9000/x',
        AWS_ENDPOINT_URL: 'http://other',
      },
      url: 'http://minio:9000/x/bucket/a',
    },
    { address: 'gs://bucket/a', env: {}, url: 'https://storage.googleapis.com/bucket/a' },
    {
      address: "s3://bucket/a%20b+(c)!/d'",
      env: {},
      url: 'https://bucket.s3.us-east-1.amazonaws.com/a%20b%2B%28c%29%21/d%27',
    },
  ])('$address with $env', async ({ address, env, url }) => {
    const { asked, context } = storeOf(() => ({ status: 404 }), {
      env: { ...keys, ...env },
    })
    expect((await warehouseAt(address, context).open(undefined)).kind).toBe('absent')
    expect(asked.map((request) => request.url)).toEqual([url])
  })

  test.each([{ env: { AWS_REGION: 'evil.example/' }, words: 'is no region' }])(
    'is nowhere with $env',
    async ({ env, words }) => {
      const { context, asked } = storeOf(() => ({ status: 200 }), {
        env: { ...keys, ...env },
      })
      const warehouse = warehouseAt('s3://bucket/a', context)
      const outcome = await warehouse.open(undefined)
      expect(outcome).toMatchObject({
        kind: 'unavailable',
        why: expect.stringContaining(words) as string,
      })
      expect(JSON.stringify(outcome)).not.toContain('s3cret')
      await expect(warehouse.create(undefined)).rejects.toMatchObject({
        code: 'warehouse-unwritable',
      })
      expect(asked).toEqual([])
    },
  )

  test.each([
    [{ AWS_ENDPOINT_URL_S3: '127.0.0.1:8131' }, 'write http://127.0.0.1:8131 or https'],
    [{ AWS_ENDPOINT_URL: 'nonsense' }, 'write http://nonsense or https'],
    [{ R2K8S_S3_ENDPOINT: 'localhost:9000' }, 'write http://localhost:9000 or https'],
    [{ AWS_ENDPOINT_URL: 'http://a:s3cret@minio' }, 'write http://HOST:PORT or https'],
  ])('is a mistake of the user with %o', async (env, hint) => {
    const { context, asked } = storeOf(() => ({ status: 200 }), {
      env: { ...keys, ...env },
    })
    const warehouse = warehouseAt('s3://bucket/a', context)
    const failure = (error: unknown) => error
    for (const error of [
      await warehouse.open(undefined).catch(failure),
      await warehouse.create(undefined).catch(failure),
    ]) {
      expect(error).toMatchObject({ code: 'usage' })
      for (const words of [...Object.keys(env), 'is no URL', hint]) {
        expect(JSON.stringify(error)).toContain(words)
      }
      expect(JSON.stringify(error)).not.toContain('s3cret')
    }
    expect(asked).toEqual([])
  })

  test('is never above its bucket', async () => {
    const { context } = storeOf(() => ({ status: 200 }), {})
    const warehouse = warehouseAt('s3://bucket/a/%2e%2e/%2e%2e/other', context)
    expect((await warehouse.open(undefined)).kind).toBe('unavailable')
  })
})

describe('signatures', () => {
  const headersOf = async (env: Readonly<Record<string, string>>) => {
    const { asked, context } = storeOf(() => ({ status: 404 }), { env })
    await warehouseAt('s3://bucket/a', context).open(undefined)
    return asked[0]?.headers ?? {}
  }

  test('name the key and never show the secret', async () => {
    const headers = await headersOf({ ...keys, AWS_SESSION_TOKEN: 'tok' })
    expect(headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\//)
    expect(headers['x-amz-security-token']).toBe('tok')
    expect(JSON.stringify(headers)).not.toContain('s3cret')
  })

  test('are left out without credentials', async () => {
    expect(await headersOf({})).toEqual({})
  })
})

describe('a refusal to give', () => {
  test.each([
    {
      status: 404,
      body: xml('NoSuchKey'),
      kind: 'absent',
      words: '404 (not found): NoSuchKey',
    },
    {
      status: 404,
      body: xml('NoSuchBucket'),
      kind: 'unavailable',
      words: 'NoSuchBucket',
    },
    {
      status: 403,
      body: xml('AccessDenied'),
      kind: 'unavailable',
      words: 'AccessDenied',
    },
    {
      status: 403,
      body: xml('<script>'),
      kind: 'unavailable',
      words: '403 (access is denied)',
    },
    { status: 403, body: 'x'.repeat(99_999), kind: 'unavailable', words: '403' },
    {
      status: 301,
      body: xml('PermanentRedirect'),
      headers: { 'x-amz-bucket-region': 'eu-west-1' },
      kind: 'unavailable',
      words: 'the bucket is in the region eu-west-1',
    },
  ])('with $status is $kind: $words', async ({ kind, words, ...answer }) => {
    const { context } = storeOf(() => answer, {})
    const outcome = await warehouseAt('s3://bucket/a', context).open(undefined)
    expect(outcome).toMatchObject({ kind, why: expect.stringContaining(words) as string })
    expect(JSON.stringify(outcome)).not.toContain('s3cret')
  })

  test('says when there were no credentials', async () => {
    const { context } = storeOf(() => ({ status: 403, body: xml('AccessDenied') }), {
      env: {},
    })
    expect(await warehouseAt('s3://bucket/a', context).open(undefined)).toMatchObject({
      why: expect.stringContaining('no credentials were found') as string,
    })
  })
})

describe('writing', () => {
  const big = bytesOf(9 * 1024 * 1024)
  const healthy = (request: HttpRequest): Answer => {
    if (request.url.includes('?uploads')) {
      return { status: 200, body: '<X><UploadId>a&amp;b</UploadId></X>' }
    }
    if (request.method === 'POST') {
      return { status: 200, body: '<CompleteMultipartUploadResult/>' }
    }
    if (request.method === 'PUT') return { status: 200, headers: { etag: '"e"' } }
    return { status: request.method === 'DELETE' ? 204 : 404 }
  }
  const methods = (asked: readonly HttpRequest[]) =>
    asked.map((request) => request.method)

  test('a small ware is one request', async () => {
    const { context, asked } = storeOf(healthy, {})
    await save(warehouseAt('s3://bucket/a', context), bytesOf(1000))
    expect(methods(asked)).toEqual(['PUT'])
  })

  test('a big one goes in parts, which are put together', async () => {
    const { context, asked } = storeOf(healthy, {})
    await save(warehouseAt('s3://bucket/a', context), big)
    expect(methods(asked)).toEqual(['POST', 'PUT', 'PUT', 'POST'])
    const parts = ['1', '2'].map((number) => {
      const put = asked.find(({ url }) => url.includes(`partNumber=${number}&`))
      if (!(put?.body instanceof Uint8Array)) throw new Error(`no part ${number}`)
      return put.body
    })
    expect(Buffer.concat(parts).equals(big)).toBe(true)
    expect(asked[1]?.url).toContain('uploadId=a%26b')
  })

  test('a ware that lies there already is not sent', async () => {
    const { context, asked } = storeOf(() => ({ status: 200 }), {})
    await save(warehouseAt('ca+s3://bucket/a', context), big)
    expect(methods(asked)).toEqual(['HEAD'])
  })

  test('a ware that lies there with another length is written anew', async () => {
    const { context, asked } = storeOf(
      (request) =>
        request.method === 'HEAD'
          ? { status: 200, headers: { 'content-length': '4' } }
          : healthy(request),
      {},
    )
    await save(warehouseAt('ca+s3://bucket/a', context), bytesOf(1000))
    expect(methods(asked)).toEqual(['HEAD', 'PUT'])
  })

  const isLast = (request: HttpRequest) =>
    request.method === 'POST' && !request.url.includes('?uploads')

  test.each([
    {
      name: 'the first part',
      rule: (request: HttpRequest) =>
        request.url.includes('partNumber=1')
          ? { status: 403, body: xml('AccessDenied') }
          : healthy(request),
      code: 'warehouse-unwritable',
      words: 'AccessDenied',
    },
    {
      name: 'the last step',
      rule: (request: HttpRequest) =>
        isLast(request) ? { status: 200, body: xml('InternalError') } : healthy(request),
      code: 'warehouse-unavailable',
      words: 'did not put the parts together: InternalError',
    },
    {
      name: 'a part without an ETag',
      rule: (request: HttpRequest) =>
        request.method === 'PUT' ? { status: 200 } : healthy(request),
      code: 'warehouse-unwritable',
      words: 'without an ETag',
    },
    {
      name: 'a part, for lack of order',
      rule: (request: HttpRequest) =>
        request.url.includes('partNumber=2') ? { status: 503 } : healthy(request),
      code: 'warehouse-unavailable',
      words: '503',
    },
  ])('that fails with $name is cleared away', async ({ rule, code, words }) => {
    const { context, asked } = storeOf(rule, {})
    await expect(save(warehouseAt('s3://bucket/a', context), big)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
    })
    expect(methods(asked).slice(-2)).toEqual(['DELETE', 'GET'])
  })

  test('parts that cannot be cleared away are warned of', async () => {
    const warnings: string[] = []
    const { context } = storeOf(
      (request) => (request.method === 'DELETE' ? { status: 403 } : healthy(request)),
      { report: (event) => event.kind === 'log' && warnings.push(event.message) },
    )
    const upload = await warehouseAt('s3://bucket/a', context).create(ware)
    await upload.write(big)
    await upload.discard()
    expect(warnings).toEqual([
      'parts of an upload that was broken off may remain in the bucket',
    ])
  })
})

test('what a store gives is read like any other download', async () => {
  const { context } = storeOf(() => ({ status: 200, body: 'content' }), {})
  const outcome = await warehouseAt('s3://bucket/a', context).open(undefined)
  expect((await readAll(found(outcome).bytes)).toString()).toBe('content')
})
