import { afterEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { applyPatch } from '../../src/patch/apply-patch.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'
import { buildServer } from '../../src/webhook/server.ts'
import type { FormulaSource } from '../../src/webhook/formula-source.ts'
import { formula, loaded, options } from '../mutate/formulas.ts'
import { pod } from '../mutate/pods.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'

type Server = ReturnType<typeof buildServer>
const open: Server[] = []
const bugs: unknown[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

function serve(change: Partial<FormulaSource> = {}): Server {
  const formulas: FormulaSource = {
    isReady: () => true,
    get: (namespace, name) =>
      namespace === 'shop' && name === 'web' ? prepared() : undefined,
    waitFor: () => Promise.resolve(undefined),
    ...change,
  }
  const { settings } = options()
  const onBug = (bug: unknown) => void bugs.push(bug)
  const deps = {
    formulas,
    settings: () => settings,
    version: 'test',
    deadline: 50,
    onBug,
  }
  const server = buildServer({}, deps)
  open.push(server)
  return server
}

const prepared = (of = formula()) =>
  prepareFormula(loaded(of), { settings: options().settings, sources: [] })

const review = (object: unknown, request: JsonObject = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u-1', namespace: 'shop', operation: 'CREATE', object, ...request },
})

interface Reply {
  readonly status: number
  readonly response: {
    readonly uid: string
    readonly allowed: boolean
    readonly patch?: string
    readonly patchType?: string
    readonly warnings?: readonly string[]
    readonly auditAnnotations?: Readonly<Record<string, string>>
    readonly status?: {
      readonly code: number
      readonly reason: string
      readonly message: string
    }
  }
}

async function admit(server: Server, body: unknown): Promise<Reply> {
  const reply = await server.inject({
    method: 'POST',
    url: '/mutate',
    payload: body as object,
  })
  const { response } = reply.json<Reply>()
  return { status: reply.statusCode, response }
}

const postText = (payload: string, type = 'application/json') =>
  serve().inject({
    method: 'POST',
    url: '/mutate',
    payload,
    headers: { 'content-type': type },
  })

const decode = (patch: string | undefined) =>
  JSON.parse(Buffer.from(patch ?? '', 'base64').toString()) as PatchOperation[]

describe('a pod with a formula', () => {
  test('is rewritten by a patch, with its uid echoed', async () => {
    const { status, response } = await admit(serve(), review(pod()))
    expect(status).toBe(200)
    expect(response).toMatchObject({ uid: 'u-1', allowed: true, patchType: 'JSONPatch' })
    const result = applyPatch(pod(), decode(response.patch))
    expect(result).toMatchObject({ spec: { containers: [{ image: 'base:test' }] } })
  })

  test('is recorded in the audit log, and what may not work is a warning', async () => {
    const { response } = await admit(serve(), review(pod()))
    expect(response.auditAnnotations).toEqual({
      formula: 'TheFormulaID',
      mode: 'copy',
      'ware-count': '1',
    })
    expect(response.warnings).toEqual([
      expect.stringMatching(/^r2k8s: web: no index of tar:/),
    ])
  })

  test('is looked up in the namespace of the request', async () => {
    const { response } = await admit(serve(), review(pod(), { namespace: 'other' }))
    expect(response).toMatchObject({
      allowed: false,
      status: { code: 404, reason: 'formula-not-found' },
    })
  })

  test('waits for a formula that is applied together with it', async () => {
    const late = serve({
      get: () => undefined,
      waitFor: () => Promise.resolve(prepared()),
    })
    expect((await admit(late, review(pod()))).response.allowed).toBe(true)
  })

  test('is refused with container, reason and next step when there is no such formula', async () => {
    const { status, response } = await admit(
      serve(),
      review(pod({ image: 'repeatr:0/nope' })),
    )
    expect(status).toBe(200)
    expect(response.patch).toBeUndefined()
    expect(response.status).toEqual({
      code: 404,
      reason: 'formula-not-found',
      message:
        'cannot rewrite container "web" at /spec/containers/0/image: there is no formula "repeatr:0/nope" (a Formula object of that name must stand in the namespace of the pod)',
    })
  })

  test.each([
    ['a malformed reference', pod({ image: 'repeatr:0/Web' }), 'manifest-invalid'],
    ['another ID pinned', pod({ image: 'repeatr:0/web:Other' }), 'formula-invalid'],
  ])('is refused with 422 for %s', async (_, object, reason) => {
    const { response } = await admit(serve(), review(object))
    expect(response).toMatchObject({ allowed: false, status: { code: 422, reason } })
  })

  test('is refused with 503 while the formulas are not read yet', async () => {
    const cold = serve({ isReady: () => false })
    expect((await admit(cold, review(pod()))).response.status?.code).toBe(503)
  })

  test('whose policy is not allowed is refused', async () => {
    const sysad = serve({ get: () => prepared(formula({ policy: 'sysad' })) })
    expect((await admit(sysad, review(pod()))).response.status?.code).toBe(422)
  })
})

describe('nothing is done', () => {
  test.each<[string, unknown]>([
    ['to a pod without a formula', review(pod({ image: 'nginx' }))],
    [
      'to a path reference, which the second look refuses',
      review(pod({ image: './x.formula' })),
    ],
    ['on an update', review(pod(), { operation: 'UPDATE' })],
    ['on a deletion', review(null, { operation: 'DELETE' })],
    ['to what is no v1 Pod', review({ ...pod(), apiVersion: 'v2' })],
    ['to a subresource', review(pod(), { subResource: 'resize' })],
  ])('%s', async (_, body) => {
    const { response } = await admit(serve(), body)
    expect(response).toEqual({ uid: 'u-1', allowed: true })
  })
})

describe('what is no review', () => {
  test.each<[string, unknown]>([
    ['another kind', { kind: 'Pod' }],
    ['v1beta1', { ...review(pod()), apiVersion: 'admission.k8s.io/v1beta1' }],
    ['no uid', { ...review(pod()), request: {} }],
    ['a list', []],
  ])('%s gets 400', async (_, body) => {
    const reply = await serve().inject({
      method: 'POST',
      url: '/mutate',
      payload: body as object,
    })
    expect(reply.statusCode).toBe(400)
    expect(reply.json()).toMatchObject({ kind: 'Status', code: 400 })
  })

  test('broken JSON gets 400 and nothing of it is repeated', async () => {
    const reply = await postText('{"secret')
    expect(reply.statusCode).toBe(400)
    expect(reply.body).not.toContain('secret')
  })

  test('no body at all gets 400', async () => {
    const reply = await serve().inject({ method: 'POST', url: '/mutate' })
    expect(reply.statusCode).toBe(400)
  })

  test('more than 8 MiB gets 413 as JSON', async () => {
    const payload = JSON.stringify({ filler: 'x'.repeat(8 * 1024 * 1024) })
    const reply = await postText(payload)
    expect(reply.statusCode).toBe(413)
    expect(reply.json()).toMatchObject({ code: 413 })
  })

  test('another content type gets 415, another path 404', async () => {
    const text = await postText('x', 'text/plain')
    expect(text.statusCode).toBe(415)
    expect((await serve().inject({ url: '/' })).statusCode).toBe(404)
  })

  test('one deep nesting is answered at once', async () => {
    const payload = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","object":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}}`
    const reply = await postText(payload)
    expect(reply.json()).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u', allowed: true },
    })
  })
})

test('a bug is 500 without its details', async () => {
  const broken = serve({
    get: () => {
      throw new Error('secret detail')
    },
  })
  const reply = await broken.inject({
    method: 'POST',
    url: '/mutate',
    payload: review(pod()),
  })
  expect(reply.statusCode).toBe(500)
  expect(reply.body).not.toContain('secret')
  expect(bugs).toEqual([new Error('secret detail')])
})

test('idle connections outlive those of the API server', () => {
  expect(serve().server.keepAliveTimeout).toBeGreaterThan(90_000)
})
