// Wares into and out of a real registry, with each way of authentication.

import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openOciWarehouse } from '../../../src/warehouse/oci/open-oci-warehouse.ts'
import type { Warehouse, WarehouseContext } from '../../../src/warehouse/warehouse.ts'
import type { WarehouseAddress } from '../../../src/ware/warehouse-address.ts'
import { startTokenServer } from './token-server.ts'
import {
  collect,
  registryProgram,
  scratchDirectory,
  someWare,
  startRegistry,
  testContext,
  wareId,
  without,
} from './registry.ts'

function openAt(registry: string, context: WarehouseContext): Warehouse {
  const address: Extract<WarehouseAddress, { scheme: 'oci' }> = {
    scheme: 'oci',
    text: `oci://${registry}/team/wares`,
    layout: 'artifact',
    contentAddressed: true,
    registry,
    repository: 'team/wares',
  }
  return openOciWarehouse(address, context)
}

const strictDigest =
  's1:7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7'
const record = { wareId: someWare, compression: 'gzip', strictDigest } as const

async function push(warehouse: Warehouse, bytes: Uint8Array): Promise<void> {
  const upload = await warehouse.create(someWare)
  for (let at = 0; at < bytes.length; at += 65_536) {
    await upload.write(bytes.subarray(at, at + 65_536))
  }
  await upload.commit(record)
  await upload.discard()
}

async function pull(warehouse: Warehouse): Promise<Buffer> {
  const outcome = await warehouse.open(someWare)
  if (outcome.kind !== 'found') throw new Error(outcome.why)
  return collect(outcome.ware.bytes)
}

async function whyNot(warehouse: Warehouse): Promise<string> {
  const outcome = await warehouse.open(someWare)
  return outcome.kind === 'found' ? 'found' : `${outcome.kind}: ${outcome.why}`
}

function dockerConfig(config: object): Record<string, string> {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config))
  return { DOCKER_CONFIG: directory }
}

function login(registry: string, password = 'secret'): object {
  const auth = Buffer.from(`tester:${password}`).toString('base64')
  return { auths: { [registry]: { auth } } }
}

// bcrypt of "secret" for the user tester.
const htpasswdLine = 'tester:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a'

describe.skipIf(registryProgram === '')(`a real registry${without}`, () => {
  test('gives back the bytes that were pushed, with the strict digest', async () => {
    const warehouse = openAt(await startRegistry(), testContext())
    const bytes = randomBytes(3_000_000)
    expect(await whyNot(warehouse)).toMatch(/^absent: .* has no tag tar-7wjdwS2B/)
    await push(warehouse, bytes)
    const outcome = await warehouse.open(someWare)
    expect(outcome.kind === 'found' && outcome.ware.size).toBe(bytes.length)
    expect(outcome.kind === 'found' && outcome.ware.strictDigest).toBe(strictDigest)
    expect((await pull(warehouse)).equals(bytes)).toBe(true)
  })

  test('holds an artifact that other clients can read', async () => {
    const registry = await startRegistry()
    await push(openAt(registry, testContext()), Buffer.from('archive'))
    const { send } = testContext()
    const tag = `${someWare.packtype}-${someWare.hash}`
    const response = await send({
      method: 'GET',
      url: `http://${registry}/v2/team/wares/manifests/${tag}`,
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    })
    const digest = createHash('sha256').update('archive').digest('hex')
    expect(JSON.parse((await collect(response.body)).toString())).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.r2k8s.ware.v1',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: `sha256:${createHash('sha256').update('{}').digest('hex')}`,
        size: 2,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: `sha256:${digest}`,
          size: 7,
          annotations: { 'org.opencontainers.image.title': `${tag}.tar.gz` },
        },
      ],
      annotations: {
        'r2k8s.io/ware': `tar:${someWare.hash}`,
        'r2k8s.io/strict-digest': strictDigest,
      },
    })
  })

  test('shows nothing of an upload that is discarded', async () => {
    const warehouse = openAt(await startRegistry(), testContext())
    const upload = await warehouse.create(someWare)
    await upload.write(randomBytes(100_000))
    await upload.discard()
    expect(await whyNot(warehouse)).toMatch(/^absent/)
  })

  test('keeps the first of two pushes of one ware', async () => {
    const warehouse = openAt(await startRegistry(), testContext())
    await push(warehouse, Buffer.from('first'))
    await push(warehouse, Buffer.from('second'))
    expect((await pull(warehouse)).toString()).toBe('first')
  })

  test('takes several wares at once', async () => {
    const warehouse = openAt(await startRegistry(), testContext())
    const ids = ['1', '2', '3'].map((digit) => wareId(`git:${digit.repeat(40)}`))
    await Promise.all(
      ids.map(async (id) => {
        const upload = await warehouse.create(id)
        await upload.write(Buffer.from(id.hash))
        await upload.commit({ wareId: id, compression: 'none' })
      }),
    )
    for (const id of ids) {
      const outcome = await warehouse.open(id)
      if (outcome.kind !== 'found') throw new Error(outcome.why)
      expect((await collect(outcome.ware.bytes)).toString()).toBe(id.hash)
    }
  })

  describe('with passwords', () => {
    const startWithPasswords = () => {
      const path = join(scratchDirectory(), 'htpasswd')
      writeFileSync(path, `${htpasswdLine}\n`)
      return startRegistry(`auth: {htpasswd: {realm: test, path: ${path}}}`)
    }

    test('says that it has no credentials', async () => {
      const registry = await startWithPasswords()
      const why = await whyNot(openAt(registry, testContext()))
      expect(why).toContain('unavailable')
      expect(why).toContain('answers 401')
      expect(why).toContain('there are no credentials for it')
      const creation = openAt(registry, testContext()).create(someWare)
      await expect(creation).rejects.toMatchObject({ code: 'warehouse-unwritable' })
    })

    test('says that the credentials do not suffice, and keeps them to itself', async () => {
      const registry = await startWithPasswords()
      const context = testContext(dockerConfig(login(registry, 'wrong-password')))
      const why = await whyNot(openAt(registry, context))
      expect(why).toContain('the credentials that were found do not suffice')
      expect(why).not.toContain('wrong-password')
    })

    test.each([
      ["docker's configuration", (registry: string) => dockerConfig(login(registry))],
      [
        "podman's file",
        (registry: string) => {
          const directory = scratchDirectory()
          mkdirSync(join(directory, 'containers'))
          const path = join(directory, 'containers', 'auth.json')
          writeFileSync(path, JSON.stringify(login(registry)))
          return { XDG_RUNTIME_DIR: directory }
        },
      ],
      [
        'a credential helper',
        (registry: string) => {
          const directory = scratchDirectory()
          const answer = JSON.stringify({ Username: 'tester', Secret: 'secret' })
          const script = `#!/bin/sh\nread server\n[ "$server" = "${registry}" ] && echo '${answer}'\n`
          writeFileSync(join(directory, 'docker-credential-test'), script, {
            mode: 0o755,
          })
          const env = dockerConfig({ credHelpers: { [registry]: 'test' } })
          return { ...env, PATH: `${directory}:/usr/bin:/bin` }
        },
      ],
    ])('pushes and pulls with %s', async (_, makeEnv) => {
      const registry = await startWithPasswords()
      const warehouse = openAt(registry, testContext(makeEnv(registry)))
      await push(warehouse, Buffer.from('archive'))
      expect((await pull(warehouse)).toString()).toBe('archive')
    })

    test('pushes and pulls with the Secret that is mounted into a pod', async () => {
      const registry = await startWithPasswords()
      const credentialsDirectory = scratchDirectory()
      const path = join(credentialsDirectory, '.dockerconfigjson')
      writeFileSync(path, JSON.stringify(login(registry)))
      const warehouse = openAt(registry, testContext({}, { credentialsDirectory }))
      await push(warehouse, Buffer.from('archive'))
      expect((await pull(warehouse)).toString()).toBe('archive')
    })
  })

  describe('with a token server', () => {
    const startWithTokens = async () => {
      const server = await startTokenServer()
      const registry = await startRegistry(server.registryConfig)
      return { server, registry }
    }

    test('exchanges a password for tokens, one for each kind of access', async () => {
      const { server, registry } = await startWithTokens()
      const context = testContext(dockerConfig(login(registry)))
      const warehouse = openAt(registry, context)
      await push(warehouse, Buffer.from('archive'))
      expect((await pull(warehouse)).toString()).toBe('archive')
      expect(server.asked).toEqual([
        'GET repository:team/wares:pull,push',
        'GET repository:team/wares:pull',
      ])
    })

    test('exchanges an identity token', async () => {
      const { server, registry } = await startWithTokens()
      const config = { auths: { [registry]: { identitytoken: 'identity' } } }
      const warehouse = openAt(registry, testContext(dockerConfig(config)))
      await push(warehouse, Buffer.from('archive'))
      expect(server.asked[0]).toBe('POST repository:team/wares:pull,push')
    })

    test('reads with the token of nobody where that is allowed', async () => {
      const { server, registry } = await startWithTokens()
      await push(
        openAt(registry, testContext(dockerConfig(login(registry)))),
        Buffer.from('a'),
      )
      server.allowAnonymousPull = true
      expect((await pull(openAt(registry, testContext()))).toString()).toBe('a')
    })

    test('asks for a new token when one has expired', async () => {
      const { server, registry } = await startWithTokens()
      const env = dockerConfig(login(registry))
      await push(openAt(registry, testContext(env)), Buffer.from('archive'))
      const warehouse = openAt(registry, testContext(env))
      server.lifetime = -3600
      expect(await whyNot(warehouse)).toContain('answers 401')
      server.lifetime = 60
      expect((await pull(warehouse)).toString()).toBe('archive')
    })

    test('says that the token server refuses the password', async () => {
      const { registry } = await startWithTokens()
      const context = testContext(dockerConfig(login(registry, 'wrong-password')))
      const why = await whyNot(openAt(registry, context))
      expect(why).toMatch(
        /no token for the registry .* answers 401 \("DENIED: who are you"\)/,
      )
      expect(why).not.toContain('wrong-password')
    })
  })
})
