import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { request } from 'node:https'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import type { JsonObject } from '../../src/json.ts'
import { openLog } from '../../src/webhook/log.ts'
import { readOptions } from '../../src/webhook/options.ts'
import { runWebhook } from '../../src/webhook/run-webhook.ts'
import { formulaObject, namedPod } from './formula-objects.ts'
import {
  configMaps,
  formulas,
  registration,
  secret,
  startWebhookCluster,
  type WebhookCluster,
} from './webhook-cluster.ts'

let cluster: WebhookCluster
let lines: Record<string, unknown>[] = []
let end: () => Promise<void>
let port = 0
let statusPort = 0

beforeEach(async () => {
  cluster = await startWebhookCluster()
  lines = []
  end = () => Promise.resolve()
})
afterEach(async () => {
  await end()
  await cluster.close()
})

async function start(...flags: readonly string[]): Promise<void> {
  const { running, terminate } = await begin(...flags)
  end = async () => {
    terminate()
    await running
  }
}

async function begin(...flags: readonly string[]) {
  port = await freePort()
  statusPort = await freePort()
  const terminated = new AbortController()
  const args = [`--port=${port}`, `--status-port=${statusPort}`, '--check-seconds=1']
  const options = readOptions([...args, '--drain-seconds=1', ...flags], {
    namespace: 'r2k8s-system',
  })
  const running = runWebhook(options, {
    access: cluster.access,
    log: openLog('debug', (line) =>
      lines.push(JSON.parse(line) as Record<string, unknown>),
    ),
    version: '1.2.3',
    agentImage: 'registry.example/agent:7',
    terminated: terminated.signal,
  })
  const terminate = () => {
    terminated.abort()
  }
  return { running, terminate }
}

const status = async (path: string): Promise<{ code: number; text: string }> => {
  try {
    const response = await fetch(`http://127.0.0.1:${statusPort}${path}`)
    return { code: response.status, text: await response.text() }
  } catch {
    return { code: 0, text: '' }
  }
}

const untilReady = () =>
  vi.waitFor(
    async () => {
      expect(await status('/readyz')).toEqual({ code: 200, text: 'ok\n' })
    },
    { timeout: 8000, interval: 50 },
  )

interface Reply {
  readonly connection: string | undefined
  readonly response: {
    readonly allowed: boolean
    readonly patch?: string
    readonly status?: { readonly code: number; readonly message: string }
  }
}

function admit(object: JsonObject): Promise<Reply> {
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u', namespace: 'shop', operation: 'CREATE', object },
  }
  return new Promise((resolve, reject) => {
    const options = { port, path: '/mutate', method: 'POST', rejectUnauthorized: false }
    const headers = { 'content-type': 'application/json' }
    const asked = request({ ...options, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => {
        const { connection } = answer.headers
        resolve({ ...(JSON.parse(text) as Reply), connection })
      })
    })
    asked.on('error', reject).end(JSON.stringify(body))
  })
}

const patchOf = ({ response }: Reply): string =>
  Buffer.from(response.patch ?? '', 'base64').toString()

test('is ready once it is trusted, and rewrites with what the watch brought', async () => {
  cluster.put(formulas, formulaObject('web'))
  await start()
  await untilReady()
  const patch = patchOf(await admit(namedPod('web')))
  expect(patch).toContain('r2k8s-fetch')
  expect(patch).toContain('registry.example/agent:7')
})

test('its authority is in a Secret, and the API server is told to trust it', async () => {
  await start()
  await untilReady()
  expect(cluster.objects.has(secret)).toBe(true)
  const text = JSON.stringify(cluster.objects.get(registration))
  const [, bundle = ''] = /"caBundle":"([^"]+)"/.exec(text) ?? []
  const ca = Buffer.from(bundle, 'base64').toString()
  const servername = 'r2k8s.r2k8s-system.svc'
  const authorized = await new Promise<boolean>((resolve, reject) => {
    const socket = connect({ port, ca, servername }, () => {
      resolve(socket.authorized)
      socket.end()
    })
    socket.on('error', reject)
  })
  expect(authorized).toBe(true)
})

test('without a registration it is not ready, and says so', async () => {
  cluster.objects.delete(registration)
  await start()
  await vi.waitFor(
    async () => {
      const why = 'the API server does not trust the certificate\n'
      expect(await status('/readyz')).toEqual({ code: 503, text: why })
    },
    { timeout: 5000 },
  )
  expect((await status('/healthz')).code).toBe(200)
})

describe('formulas', () => {
  test('that come while a pod waits are used', async () => {
    await start()
    await untilReady()
    const reply = admit(namedPod('late'))
    setTimeout(() => {
      cluster.put(formulas, formulaObject('late'))
    }, 100)
    expect(patchOf(await reply)).toContain('r2k8s-fetch')
  })

  test('that go are not found any more', async () => {
    cluster.put(formulas, formulaObject('web'))
    await start()
    await untilReady()
    cluster.remove(formulas, 'web')
    await vi.waitFor(async () => {
      expect((await admit(namedPod('web'))).response.status?.code).toBe(404)
    }, 5000)
  })

  test('get a status: whether they are valid, why not, and their root', async () => {
    cluster.put(formulas, formulaObject('good'))
    cluster.put(formulas, formulaObject('bad', { uid: 'u2', id: 'another' }))
    await start()
    await vi.waitFor(() => {
      expect(cluster.writes.filter(({ call }) => call.includes('/status'))).toHaveLength(
        2,
      )
    }, 5000)
    const written = (name: string) =>
      cluster.writes.find(({ call }) => call.endsWith(`/${name}/status`))?.body['status']
    expect(written('good')).toMatchObject({ valid: 'True', message: null })
    expect(JSON.stringify(written('good'))).toContain('"rootWare":"tar:')
    expect(written('bad')).toMatchObject({ valid: 'False', rootWare: null })
    expect(JSON.stringify(written('bad'))).toContain('it says \\"another\\"')
  })

  test('whose status says so already are left alone', async () => {
    const object = formulaObject('good')
    cluster.put(formulas, object)
    await start()
    await vi.waitFor(() => {
      expect(cluster.writes.some(({ call }) => call.includes('/status'))).toBe(true)
    }, 5000)
    const body = cluster.writes.find(({ call }) => call.includes('/status'))?.body
    await end()
    cluster.writes.length = 0
    const status = { ...(body?.['status'] as JsonObject) } // as it was written
    delete (status as Record<string, unknown>)['message'] // null takes a member away
    cluster.put(formulas, { ...object, status })
    await start()
    await untilReady()
    expect(cluster.writes.filter(({ call }) => call.includes('/status'))).toEqual([])
  })
})

describe('settings', () => {
  const settings = (text: string): JsonObject => ({
    metadata: { name: 'r2k8s-settings', namespace: 'r2k8s-system' },
    data: { 'settings.yaml': text },
  })

  test('are in force as soon as they change, for formulas of before as well', async () => {
    cluster.put(formulas, formulaObject('web'))
    await start()
    await untilReady()
    expect(patchOf(await admit(namedPod('web')))).toContain('registry.k8s.io/pause')
    cluster.put(configMaps, settings('baseImage: registry.example/base:1'))
    await vi.waitFor(async () => {
      const patch = patchOf(await admit(namedPod('web')))
      expect(patch).toContain('registry.example/base:1')
      expect(patch).toContain('registry.example/agent:7')
    }, 5000)
  })

  test('that cannot be used leave those before in force, and are told of in the log', async () => {
    cluster.put(configMaps, settings('baseImage: registry.example/base:1'))
    cluster.put(formulas, formulaObject('web'))
    await start()
    await untilReady()
    cluster.put(configMaps, settings('basImage: typo'))
    await vi.waitFor(() => {
      const told = lines.find(({ msg }) => msg === 'cannot use the settings')
      expect(told?.['reason']).toContain('did you mean "baseImage"?')
    }, 5000)
    expect(patchOf(await admit(namedPod('web')))).toContain('registry.example/base:1')
  })
})

test('before it ends it is not ready, answers on, and asks callers to go elsewhere', async () => {
  cluster.put(formulas, formulaObject('web'))
  await start()
  await untilReady()
  const ended = end()
  await vi.waitFor(async () => {
    expect(await status('/readyz')).toEqual({ code: 503, text: 'it is about to end\n' })
  })
  const reply = await admit(namedPod('web'))
  expect(reply.response.allowed).toBe(true)
  expect(reply.connection).toBe('close')
  await ended
  expect((await status('/healthz')).code).toBe(0)
  // Whatever still listened would keep the process from ending.
  await expect(admit(namedPod('web'))).rejects.toThrow('ECONNREFUSED')
})

test.each(['--port', '--status-port'])(
  'a port in use is told of in one line, and nothing is left open: %s',
  async (flag) => {
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    const { port: number } = taken.address() as AddressInfo // of a server that listens
    const { running } = await begin(`${flag}=${number}`)
    const failure = await running.catch((error: unknown) => error)
    taken.close()
    expect(failure).toBeInstanceOf(R2k8sError)
    expect(failure).toMatchObject({
      code: 'usage',
      message: `cannot listen on port ${number}: address already in use`,
      problems: [{ hints: [`${flag} N takes another one`] }],
    })
    expect((await status('/healthz')).code).toBe(0)
  },
)

test('metrics count what was answered, without names', async () => {
  cluster.put(formulas, formulaObject('web'))
  await start()
  await untilReady()
  await admit(namedPod('web'))
  await admit(namedPod('nothing'))
  const { text } = await status('/metrics')
  expect(text).toContain(
    'r2k8s_admission_requests_total{result="mutated",reason="",dry_run="false"} 1',
  )
  expect(text).toContain(
    'r2k8s_admission_requests_total{result="rejected",reason="formula-not-found",dry_run="false"} 1',
  )
  expect(text).toContain('r2k8s_resolver_cache_size 1')
  expect(text).toContain('r2k8s_admission_seconds_bucket{le="+Inf"} 2\n')
  expect(text).toContain('r2k8s_patch_bytes_count 1\n')
  expect(text).toMatch(/r2k8s_cert_not_after_seconds \d{10}/)
  expect(text).not.toContain('shop')
})

test('the log says which pod was refused, and nothing of what is in it', async () => {
  await start()
  await untilReady()
  await admit(namedPod('nothing', { env: [{ name: 'PASSWORD', value: 'hunter2' }] }))
  const told = lines.find(({ msg }) => msg === 'pod refused')
  expect(told).toMatchObject({
    level: 'info',
    namespace: 'shop',
    pod: 'app',
    reason: 'formula-not-found',
  })
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: found } = server.address() as AddressInfo // of a server that listens
      server.close(() => {
        resolve(found)
      })
    })
  })
}
