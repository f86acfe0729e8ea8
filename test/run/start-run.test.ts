import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { isObject, member, memberString, type JsonObject } from '../../src/json.ts'
import type { SentInput } from '../../src/run/run-order.ts'
import { startRun, type RunObjects } from '../../src/run/start-run.ts'
import { breakOff, json, serveAnswers, type Answer } from '../cluster/api-server.ts'

const open: { readonly close: () => Promise<void> }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const about = {
  guid: '0c8kq3vz-h38dytp5-0q9m2x7e',
  name: 'build-0q9m2x7e',
  formula: 'build.formula',
  formulaId: 'TheFormulaID',
  dialect: 'timeless',
  time: 1_795_282_183,
  onDisconnect: 'finish',
  timeoutSeconds: 60,
  leaseSeconds: 120,
  outputs: [],
  fetched: [],
} as const

function job(guid: string = about.guid): JsonObject {
  const labels = { 'r2k8s.io/run': guid }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: about.name, labels, uid: `uid-${guid}` },
    spec: {},
  }
}

const credentials = { token: Buffer.from('secret').toString('base64') }

const objects = (change: Partial<RunObjects> = {}): RunObjects => ({
  namespace: 'builds',
  about,
  built: { job: job(), decisions: [] },
  formulaText: '{ "formula": {} }\n',
  credentials: undefined,
  sent: [],
  ...change,
})

interface Store {
  /** By path. */
  readonly kept: Map<string, JsonObject>
  /** What was asked, without the namespace: `POST jobs`, `PATCH jobs/build {"spec":…}`. */
  readonly heard: string[]
  readonly start: (
    change?: Partial<RunObjects>,
    signal?: AbortSignal,
  ) => Promise<readonly SentInput[]>
}

type Fault = (asked: string, times: number) => Answer | 'lose the answer' | undefined

/** An API server that keeps objects; `fault` decides what goes wrong. */
async function serve(fault: Fault = () => undefined): Promise<Store> {
  const kept = new Map<string, JsonObject>()
  const heard: string[] = []
  const server = await serveAnswers((request, response) => {
    void readBody(request).then((body) => {
      const path = (request.url ?? '').replace(/\?.*/, '').replace(/.*\/builds\//, '')
      const asked = `${request.method ?? ''} ${path}`
      heard.push(request.method === 'PATCH' ? `${asked} ${JSON.stringify(body)}` : asked)
      const times = heard.filter((each) => each.startsWith(asked)).length
      const found = fault(asked, times)
      if (typeof found === 'function') {
        found(request, response)
        return
      }
      const answer = keep(kept, request.method ?? '', path, body)
      if (found === 'lose the answer') breakOff(request, response)
      else answer(request, response)
    })
  })
  open.push(server)
  const start: Store['start'] = (change, signal = new AbortController().signal) =>
    startRun(server.client, objects(change), signal)
  return { kept, heard, start }
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const value: unknown = text === '' ? {} : JSON.parse(text)
  return isObject(value) ? value : {}
}

function keep(
  kept: Map<string, JsonObject>,
  method: string,
  path: string,
  body: JsonObject,
): Answer {
  if (path.startsWith('pods')) return json(200, { metadata: {}, items: [] })
  const name = memberString(member(body, 'metadata'), 'name') ?? ''
  const at = method === 'POST' ? `${path}/${name}` : path
  const found = kept.get(at)
  if (method === 'POST') {
    if (found !== undefined) return no(409, 'AlreadyExists', `${at} already exists`)
    kept.set(at, body)
    return json(201, body)
  }
  if (found === undefined) return no(404, 'NotFound', `${at} not found`)
  if (method === 'DELETE') kept.delete(at)
  return json(200, found)
}

const no = (status: number, reason: string, message: string): Answer =>
  json(status, { kind: 'Status', status: 'Failure', reason, message })

const forbidden = (what: string) => no(403, 'Forbidden', `you cannot ${what}`)

const ofRun = (kept: Store['kept'], path: string) => {
  const { labels, ownerReferences } = kept.get(path)?.['metadata'] as JsonObject
  return { labels, ownerReferences }
}

const owned = {
  labels: { 'r2k8s.io/run': about.guid },
  ownerReferences: [
    { apiVersion: 'batch/v1', kind: 'Job', name: about.name, uid: `uid-${about.guid}` },
  ],
}

describe('a run', () => {
  test('is its Job, and its formula as its author wrote it', async () => {
    const { start, heard, kept } = await serve()
    await start()
    expect(heard).toEqual(['POST jobs', 'POST configmaps'])
    const path = 'configmaps/build-0q9m2x7e-formula'
    expect(kept.get(path)).toMatchObject({
      immutable: true,
      data: { formula: '{ "formula": {} }\n' },
    })
    expect(ofRun(kept, path)).toEqual(owned)
  })

  test('with credentials waits until its Secret is there', async () => {
    const { start, heard, kept } = await serve()
    await start({ credentials })
    expect(heard).toEqual([
      'POST jobs',
      'POST secrets',
      'PATCH jobs/build-0q9m2x7e {"spec":{"suspend":false}}',
      'POST configmaps',
    ])
    const path = 'secrets/build-0q9m2x7e-warehouse'
    expect(kept.get(path)).toMatchObject({ data: credentials, immutable: true })
    expect(ofRun(kept, path)).toEqual(owned)
  })
})

describe('an answer that is lost', () => {
  test.each(['jobs', 'secrets', 'configmaps'])(
    'leaves one object where the server has done it, of %s',
    async (plural) => {
      const { start, heard, kept } = await serve((asked, times) =>
        asked === `POST ${plural}` && times === 1 ? 'lose the answer' : undefined,
      )
      await start({ credentials })
      expect(heard.filter((each) => each === `POST ${plural}`)).toHaveLength(2)
      expect([...kept.keys()]).toEqual([
        'jobs/build-0q9m2x7e',
        'secrets/build-0q9m2x7e-warehouse',
        'configmaps/build-0q9m2x7e-formula',
      ])
      expect(ofRun(kept, 'configmaps/build-0q9m2x7e-formula')).toEqual(owned)
    },
  )

  test('leaves one Job where the server has not done it', async () => {
    const { start, heard, kept } = await serve((asked, times) =>
      asked === 'POST jobs' && times < 3 ? breakOff : undefined,
    )
    await start()
    expect(heard.slice(0, 3)).toEqual(['POST jobs', 'POST jobs', 'POST jobs'])
    expect(kept.size).toBe(2)
  })

  test('again and again is a failure, and leaves nothing', async () => {
    const { start, heard, kept } = await serve((asked) =>
      asked === 'POST jobs' ? 'lose the answer' : undefined,
    )
    await expect(start()).rejects.toMatchObject({ code: 'cluster-unreachable' })
    expect(heard.filter((each) => each === 'POST jobs').length).toBeLessThan(6)
    expect(kept.size).toBe(0)
  })

  test('may also come late: the server has given up waiting', async () => {
    const late = no(504, 'Timeout', 'request did not complete within the time')
    const { start, kept } = await serve((asked, times) =>
      asked === 'POST jobs' && times === 1 ? late : undefined,
    )
    await start()
    expect(kept.size).toBe(2)
  })
})

describe('what is there already', () => {
  test('of another run is an error, and stays', async () => {
    const { start, kept } = await serve()
    const other = job('00000000-00000000-00000000')
    kept.set('jobs/build-0q9m2x7e', other)
    await expect(start()).rejects.toThrow(
      'cannot create the Job "build-0q9m2x7e": jobs/build-0q9m2x7e already exists',
    )
    expect([...kept]).toEqual([['jobs/build-0q9m2x7e', other]])
  })

  test('as a Secret of another run is not used', async () => {
    const { start, kept, heard } = await serve()
    const path = 'secrets/build-0q9m2x7e-warehouse'
    const other = { metadata: { name: 'x' }, data: {} }
    kept.set(path, other)
    await expect(start({ credentials })).rejects.toThrow('already exists')
    expect([...kept]).toEqual([[path, other]])
    expect(heard.some((each) => each.startsWith('PATCH'))).toBe(false)
  })
})

describe('a refusal', () => {
  test.each<[string, string, Partial<RunObjects>]>([
    ['of the Secret', 'POST secrets', { credentials }],
    ['of going on', 'PATCH jobs/build-0q9m2x7e', { credentials }],
    ['of the formula', 'POST configmaps', {}],
  ])('%s takes the Job away again', async (_, refused, change) => {
    const { start, heard, kept } = await serve((asked) =>
      asked === refused ? no(422, 'Invalid', 'it is not valid') : undefined,
    )
    await expect(start(change)).rejects.toMatchObject({
      code: 'rejected-by-cluster',
      message: expect.stringContaining('it is not valid') as unknown,
    })
    expect(heard).toContain('DELETE jobs/build-0q9m2x7e')
    expect([...kept.keys()].filter((path) => path.startsWith('jobs/'))).toEqual([])
  })

  test.each<[string, string]>([
    ['POST jobs', 'cannot create the Job "build-0q9m2x7e": you cannot POST jobs'],
    [
      'POST secrets',
      'cannot create the Secret "build-0q9m2x7e-warehouse": you cannot POST secrets',
    ],
    [
      'PATCH jobs/build-0q9m2x7e',
      'cannot resume the Job "build-0q9m2x7e": you cannot PATCH jobs/build-0q9m2x7e',
    ],
    [
      'POST configmaps',
      'cannot create the ConfigMap "build-0q9m2x7e-formula": you cannot POST configmaps',
    ],
  ])('for want of a permission names all that a run needs: %s', async (refused, told) => {
    const { start } = await serve((asked) =>
      asked === refused ? forbidden(asked) : undefined,
    )
    const failure: unknown = await start({ credentials }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: told })
    const { problems } = failure as { problems: { hints: string[] }[] }
    const hints = problems[0]?.hints.join(' ') ?? ''
    for (const word of [
      'jobs',
      'configmaps',
      'secrets',
      'pods',
      'pods/log',
      'pods/exec',
    ]) {
      expect(hints).toContain(word)
    }
  })

  test('of everything is told as it was at first', async () => {
    const { start, heard } = await serve((asked) => forbidden(asked))
    await expect(start()).rejects.toThrow('you cannot POST jobs')
    expect(heard).not.toContain('DELETE jobs/build-0q9m2x7e')
  })

  test('takes the Job away also from those who may not see pods', async () => {
    const { start, kept } = await serve((asked) =>
      /configmaps|pods/.test(asked) ? forbidden(asked) : undefined,
    )
    await expect(start()).rejects.toThrow('you cannot POST configmaps')
    expect(kept.size).toBe(0)
  })

  test('is not asked for again', async () => {
    const { start, heard } = await serve((asked) =>
      asked === 'POST jobs' ? no(500, 'InternalError', 'a webhook failed') : undefined,
    )
    await expect(start()).rejects.toThrow('a webhook failed')
    expect(heard.filter((each) => each === 'POST jobs')).toHaveLength(1)
  })
})

test('an interruption takes away what is there, and is told as one', async () => {
  const stop = new AbortController()
  const { start, kept, heard } = await serve((asked) => {
    if (asked === 'POST secrets') stop.abort()
    return undefined
  })
  await expect(start({ credentials }, stop.signal)).rejects.toMatchObject({
    code: 'cancelled',
  })
  expect(heard.slice(-2)).toEqual(['GET pods', 'DELETE jobs/build-0q9m2x7e'])
  expect([...kept.keys()].filter((path) => path.startsWith('jobs/'))).toEqual([])
})
