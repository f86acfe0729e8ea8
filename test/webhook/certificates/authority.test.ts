import { X509Certificate } from 'node:crypto'
import { connect, createServer, type Server } from 'node:tls'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  day,
  leafLife,
  makeAuthority,
  signLeaf,
} from '../../../src/webhook/certificates/authority.ts'

const name = 'r2k8s.r2k8s-system.svc'
const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

test('a certificate of an authority is one for its names, for a week, with EC and SHA-256', async () => {
  const now = Date.now()
  const authority = await makeAuthority(now)
  const leaf = await signLeaf(authority, [name, 'r2k8s'], now)
  const cert = new X509Certificate(leaf.cert)
  const ca = new X509Certificate(authority.cert)
  expect(cert.verify(ca.publicKey)).toBe(true)
  expect(ca.ca).toBe(true)
  expect(cert.ca).toBe(false)
  expect(cert.subjectAltName).toBe(`DNS:${name}, DNS:r2k8s`)
  expect(cert.publicKey.asymmetricKeyType).toBe('ec')
  expect(cert.signatureAlgorithm).toBe('ecdsa-with-SHA256')
  expect(Math.abs(leaf.notAfter - (now + leafLife))).toBeLessThan(1000)
})

test('no certificate outlives its authority', async () => {
  const now = Date.now()
  const authority = await makeAuthority(now - 364 * day)
  const leaf = await signLeaf(authority, [name], now)
  expect(leaf.notAfter).toBe(Date.parse(new X509Certificate(authority.cert).validTo))
})

test('who trusts the authority talks to a server with the certificate, others do not', async () => {
  const now = Date.now()
  const [authority, other] = [await makeAuthority(now), await makeAuthority(now)]
  const leaf = await signLeaf(authority, [name], now)
  const server = createServer({ key: leaf.key, cert: leaf.cert })
  server.on('tlsClientError', () => undefined)
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const dial = async (ca: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: name })
    try {
      await once(socket, 'secureConnect')
      return 'trusted'
    } catch {
      return 'refused'
    } finally {
      socket.destroy()
    }
  }
  expect(await dial(authority.cert)).toBe('trusted')
  expect(await dial(other.cert)).toBe('refused')
})
