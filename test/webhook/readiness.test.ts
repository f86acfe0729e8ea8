import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { makeAuthority, signLeaf } from '../../src/webhook/certificates/authority.ts'
import { dialSelf, tellingLook } from '../../src/webhook/readiness.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

const serverName = 'r2k8s.r2k8s-system.svc'

describe('a webhook that asks itself', () => {
  async function show({ key, cert }: { key: string; cert: string }): Promise<number> {
    const server = createServer({ key, cert }).listen(0, '127.0.0.1')
    server.on('tlsClientError', () => undefined)
    await once(server, 'listening')
    open.push(server)
    return (server.address() as AddressInfo).port
  }

  test('is ready when its certificate is of a trusted authority', async () => {
    const [own, other] = [await makeAuthority(Date.now()), await makeAuthority(0)]
    const port = await show(await signLeaf(own, [serverName], Date.now()))
    expect(await dialSelf({ port, serverName, ca: own.cert })).toBeUndefined()
    expect(await dialSelf({ port, serverName, ca: other.cert })).toBeTypeOf('string')
  })

  test.each([
    ['first', 0],
    ['second', 1],
  ])(
    'is ready when it is of the %s of two authorities with one name',
    async (_, which) => {
      const now = Date.now()
      const authorities = [await makeAuthority(now), await makeAuthority(now)]
      const signer = authorities[which]
      if (signer === undefined) throw new Error('there are two')
      const port = await show(await signLeaf(signer, [serverName], now))
      const ca = authorities.map(({ cert }) => cert).join('\n')
      expect(await dialSelf({ port, serverName, ca })).toBeUndefined()
    },
  )

  test('is not ready when it is for another name', async () => {
    const authority = await makeAuthority(Date.now())
    const port = await show(await signLeaf(authority, ['other.example'], Date.now()))
    const ca = `${authority.cert}\n${authority.cert}`
    expect(await dialSelf({ port, serverName, ca })).toContain(serverName)
  })
})

describe('what is in the way', () => {
  function looking() {
    let now = 0
    let why: string | undefined
    const told: unknown[] = []
    const log = {
      warn: (message: string, details: unknown) => told.push([message, details]),
    }
    const look = tellingLook(
      () => Promise.resolve(why),
      log,
      () => now,
    )
    const after = async (milliseconds: number, what: string | undefined) => {
      now += milliseconds
      why = what
      expect(await look()).toBe(what)
    }
    return { told, after }
  }

  test('is told once, when it has been there for a while', async () => {
    const { told, after } = looking()
    await after(0, 'no certificate')
    await after(19_000, 'no certificate')
    expect(told).toEqual([])
    await after(1_000, 'no certificate')
    await after(60_000, 'no certificate')
    expect(told).toEqual([['not ready', { reason: 'no certificate' }]])
  })

  test('is not told when it changes and goes', async () => {
    const { told, after } = looking()
    await after(0, 'no certificate')
    await after(19_000, 'no trust')
    await after(19_000, undefined)
    await after(60_000, undefined)
    expect(told).toEqual([])
  })
})
