import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeAuthority, signLeaf } from '../../../src/webhook/certificates/authority.ts'
import { followCertificateFiles } from '../../../src/webhook/certificates/file-certificates.ts'
import {
  registration,
  startWebhookCluster,
  type WebhookCluster,
} from '../webhook-cluster.ts'

const directory = mkdtempSync(join(tmpdir(), 'r2k8s-tls-'))
const files = { cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') }
let cluster: WebhookCluster
beforeEach(async () => {
  mkdirSync(directory, { recursive: true })
  cluster = await startWebhookCluster()
})
afterEach(async () => {
  await cluster.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Goes on from look to look when the test says so. */
function follow() {
  const shown: string[] = []
  const troubles: unknown[] = []
  const ended = new AbortController()
  let next: () => void = () => undefined
  let looked: () => void = () => undefined
  let look = new Promise<void>((resolve) => (looked = resolve))
  const certificates = followCertificateFiles({
    client: cluster.client,
    files,
    onLeaf: (leaf) => shown.push(leaf.cert),
    onTrouble: (error) => troubles.push(error),
    signal: ended.signal,
    pause: () =>
      new Promise((resolve) => {
        looked()
        next = resolve
      }),
  })
  const lookAgain = (): Promise<void> => {
    look = new Promise((resolve) => (looked = resolve))
    next()
    return look
  }
  const end = (): Promise<void> => {
    ended.abort()
    next()
    return certificates.done
  }
  return { certificates, shown, troubles, first: look, lookAgain, end }
}

async function writeLeaf(): Promise<string> {
  const authority = await makeAuthority(Date.now())
  const { cert, key } = await signLeaf(authority, ['r2k8s.r2k8s-system.svc'], Date.now())
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  const caBundle = Buffer.from(authority.cert).toString('base64')
  const webhooks = [{ name: 'pods.mutate.r2k8s.io', clientConfig: { caBundle } }]
  cluster.objects.set(registration, { webhooks })
  return cert
}

test('the certificate of the files is shown, once as long as it stays', async () => {
  const cert = await writeLeaf()
  const following = follow()
  await following.first
  await following.lookAgain()
  expect(following.shown).toEqual([cert])
  expect(following.certificates.isTrusted()).toBe(true)
  const renewed = await writeLeaf()
  await following.lookAgain()
  expect(following.shown).toEqual([cert, renewed])
  await following.end()
})

test('files that are not there yet are waited for', async () => {
  const following = follow()
  await following.first
  expect(following.troubles).toHaveLength(1)
  expect(following.certificates.leaf()).toBeUndefined()
  const cert = await writeLeaf()
  await following.lookAgain()
  expect(following.shown).toEqual([cert])
  await following.end()
})
