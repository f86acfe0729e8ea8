import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { R2k8sError } from '../../../src/errors.ts'
import { openTerminal } from '../../../src/plugin/terminal.ts'
import { parseListenAddress } from '../../../src/plugin/ware/serve/listen-address.ts'
import {
  serveWares,
  type ServeOptions,
} from '../../../src/plugin/ware/serve/serve-wares.ts'
import { createWareServer } from '../../../src/plugin/ware/serve/ware-server.ts'
import { directoryWith, quietIo } from '../cli.ts'
import { exchangeRaw, listenTo, serveWarehouse } from './warehouse.ts'

/** The code and the text of the refusal. */
async function refusalOf(
  options: Partial<ServeOptions>,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: string; text: string }> {
  const io = {
    ...quietIo(),
    env,
    signal: AbortSignal.abort(),
  }
  const given = { directory: directoryWith({}), listen: '127.0.0.1:0', ...options }
  try {
    await serveWares(given, io, openTerminal(io, 'never'))
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    const hints = error.problems.flatMap((problem) => problem.hints ?? [])
    return { code: error.code, text: [error.message, ...hints].join('\n') }
  }
  return { code: 'none', text: '' }
}

describe('where to listen', () => {
  test.each([
    ['127.0.0.1:8010', { host: '127.0.0.1', port: 8010 }],
    [':8010', { host: undefined, port: 8010 }],
    ['[::]:0', { host: '::', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual({ address })
  })

  test.each(['8010', 'host', '::1:80', '[x]:80', '[1.2.3.4]:80', 'a:70000', 'a b:1', ''])(
    'not %s',
    (text) => {
      expect(parseListenAddress(text)).toHaveProperty('why')
    },
  )

  test('a free port is chosen for 0, and the address printed is the one to use', async () => {
    const { printed, url } = await serveWarehouse()
    expect(printed).toMatch(/^ca\+http:\/\/127\.0\.0\.1:[1-9]\d*\n$/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  test('a port in use is told of', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { code, text } = await refusalOf({ listen: `127.0.0.1:${port}` })
    expect(code).toBe('warehouse-unavailable')
    expect(text).toContain(`port ${port} is in use`)
  })
})

describe('is refused', () => {
  test.each([
    ['a directory that is not there', { directory: '/no/such' }, 'warehouse-unavailable'],
    ['a file', { directory: '/proc/version' }, 'warehouse-unavailable'],
    ['an address that is none', { listen: 'here' }, 'usage'],
    ['--write without a token', { write: true }, 'usage'],
    ['--token-file without --write', { tokenFile: '/x' }, 'usage'],
    ['--max-upload without --write', { maxUpload: '1Gi' }, 'usage'],
    ['a token file that is not there', { write: true, tokenFile: '/no/such' }, 'usage'],
  ])('%s', async (_name, options, code) => {
    expect((await refusalOf(options)).code).toBe(code)
  })

  test('a token that cannot stand in a header, which is not told', async () => {
    const refusal = await refusalOf(
      { write: true },
      { R2K8S_WAREHOUSE_TOKEN: 'two words' },
    )
    expect(refusal.code).toBe('usage')
    expect(refusal.text).not.toContain('words ')
    expect(refusal.text).not.toContain('two')
  })

  test('no token, with a hint where it goes', async () => {
    const { text } = await refusalOf({ write: true })
    expect(text).toContain('R2K8S_WAREHOUSE_TOKEN')
  })

  test('a size of uploads that is none', async () => {
    const env = { R2K8S_WAREHOUSE_TOKEN: 'x' }
    const { code } = await refusalOf({ write: true, maxUpload: 'much' }, env)
    expect(code).toBe('usage')
  })

  test('nothing when all is well', async () => {
    const directory = directoryWith({ token: 'abc\n' })
    const tokenFile = join(directory, 'token')
    expect(await refusalOf({ write: true, tokenFile })).toEqual({
      code: 'none',
      text: '',
    })
  })
})

test('a client that falls silent is cut off', async () => {
  const { port } = await listenTo(
    createWareServer({
      directory: directoryWith({}),
      uploads: undefined,
      terminal: { say: () => undefined },
      silenceMilliseconds: 50,
    }),
  )
  const reply = await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: ')
  expect(['', 'HTTP/1.1 408']).toContain(reply.slice(0, 12))
})
