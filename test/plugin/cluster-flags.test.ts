import { once } from 'node:events'
import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  type Server as PlainServer,
} from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeAuthority, signLeaf } from '../../src/webhook/certificates/authority.ts'
import { directoryWith, kubectlR2k8s } from './cli.ts'

async function listen(server: Server | PlainServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port // of a server that listens on one
}

const answer = JSON.stringify({ major: '1', minor: '36', gitVersion: 'v1.36.3' })

describe('certificates', () => {
  /** A server whose certificate is for another name than its address. */
  async function startServer() {
    const authority = await makeAuthority(Date.now())
    const { cert, key } = await signLeaf(authority, ['api.invalid'], Date.now())
    const login = await signLeaf(authority, ['ann'], Date.now())
    const seen: string[] = []
    const options = { cert, key, requestCert: true, rejectUnauthorized: false }
    const port = await listen(
      createServer(options, ({ socket }, response) => {
        if (socket instanceof TLSSocket) {
          const { subject } = socket.getPeerCertificate()
          seen.push(String((subject as typeof subject | undefined)?.CN))
        }
        response.end(answer)
      }),
    )
    const files = { 'ca.pem': authority.cert, 'my.pem': login.cert, 'my.key': login.key }
    const cwd = directoryWith({ ...files, 'bad.pem': 'nonsense' })
    const flags = ['--server', `https://127.0.0.1:${port}`]
    const named = (flag: string, file: string) => [flag, `${cwd}/${file}`]
    const call = (...more: readonly string[]) =>
      kubectlR2k8s([
        'version',
        ...flags,
        ...named('--certificate-authority', 'ca.pem'),
        ...more,
      ])
    return { seen, call, named }
  }

  test('the server is known by the name of --tls-server-name', async () => {
    const { call } = await startServer()
    expect((await call()).exit).toBe(63)
    const { exit, stdout } = await call('--tls-server-name', 'api.invalid')
    expect(exit).toBe(0)
    expect(stdout).toContain('v1.36.3')
  })

  test('--client-certificate and --client-key are shown to the server', async () => {
    const { seen, call, named } = await startServer()
    const known = ['--tls-server-name', 'api.invalid']
    const mine = [
      ...named('--client-certificate', 'my.pem'),
      ...named('--client-key', 'my.key'),
    ]
    expect((await call(...known)).exit).toBe(0)
    expect((await call(...known, ...mine)).exit).toBe(0)
    expect(new Set(seen)).toEqual(new Set(['undefined', 'ann']))
    expect(seen.at(-1)).toBe('ann')
  })

  test.each([
    ['--client-certificate', 'my.pem', 1, 'go together'],
    ['--client-key', 'my.key', 1, 'go together'],
    ['--client-certificate', 'none.pem', 63, 'read what --client-certificate names'],
    ['--client-key', 'none.key', 63, 'no such file'],
  ])('%s %s alone is an error', async (flag, file, code, words) => {
    const { seen, call, named } = await startServer()
    const { exit, stderr } = await call(...named(flag, file))
    expect([exit, seen]).toEqual([code, []])
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('bug')
  })

  test('what is no certificate is told of', async () => {
    const { call, named } = await startServer()
    const bad = [
      ...named('--client-certificate', 'bad.pem'),
      ...named('--client-key', 'my.key'),
    ]
    const { exit, stderr } = await call('--tls-server-name', 'api.invalid', ...bad)
    expect(exit).toBe(63)
    expect(stderr).toContain('error: cannot ask the API server for /')
  })
})

test('an authority that is not there is told of', async () => {
  const flags = ['--server', 'https://api.invalid', '--certificate-authority', '/none']
  const { exit, stderr } = await kubectlR2k8s(['version', ...flags])
  expect(exit).toBe(63)
  expect(stderr).toContain(
    'error: cannot read what --certificate-authority names: "/none": no such file or directory',
  )
})

describe('impersonation', () => {
  async function callAs(...flags: readonly string[]) {
    const seen: IncomingHttpHeaders[] = []
    const port = await listen(
      createPlainServer(({ headers }, response) => {
        seen.push(headers)
        response.end(answer)
      }),
    )
    const server = ['--server', `http://127.0.0.1:${port}`]
    return { ...(await kubectlR2k8s(['version', ...server, ...flags])), seen }
  }

  test('--as, --as-uid and --as-group are told to the server', async () => {
    const flags = ['--as', 'ann', '--as-uid', '42', '--as-group', 'a', '--as-group', 'b']
    const { seen } = await callAs(...flags)
    expect(seen[0]).toMatchObject({
      'impersonate-user': 'ann',
      'impersonate-uid': '42',
      'impersonate-group': 'a, b',
    })
  })

  test.each(['--as-uid', '--as-group'])('%s alone is an error', async (flag) => {
    const { exit, stderr, seen } = await callAs(flag, 'x')
    expect([exit, seen]).toEqual([1, []])
    expect(stderr).toContain('--as names')
  })
})

test('a login in --server is not repeated', async () => {
  const server = 'https//ann:hunter2@api.invalid'
  const { exit, stderr } = await kubectlR2k8s(['version', '--server', server])
  expect(exit).toBe(63)
  expect(stderr).toContain('is no address of a server')
  expect(stderr).not.toContain('hunter2')
})
