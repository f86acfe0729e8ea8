import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCredentials } from '../../../src/warehouse/oci/docker-credentials.ts'
import { registryOrigin } from '../../../src/warehouse/oci/registry-place.ts'
import { scratchDirectory, testContext } from './registry.ts'

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
const password = (user: string) => ({ kind: 'password', user, password: 'p:w' })

test.each<[string, object, string, unknown]>([
  ['the registry', { 'r.example': auth('a:p:w') }, 'r.example/x', password('a')],
  ['its URL', { 'https://r.example/v1/': auth('a:p:w') }, 'r.example/x', password('a')],
  [
    'the folder before the registry',
    { 'r.example': auth('a:p:w'), 'r.example/team': auth('b:p:w') },
    'r.example/team/x',
    password('b'),
  ],
  ['another folder', { 'r.example/team': auth('b:p:w') }, 'r.example/teams/x', undefined],
  ['another port', { 'r.example:5000': auth('a:p:w') }, 'r.example/x', undefined],
  [
    'Docker Hub',
    { 'https://index.docker.io/v1/': auth('a:p:w') },
    'docker.io/x',
    password('a'),
  ],
  [
    'an identity token',
    { 'r.example': { ...auth('a:p:w'), identitytoken: 't' } },
    'r.example/x',
    { kind: 'identity-token', token: 't' },
  ],
  ['an entry that is empty', { 'r.example': {} }, 'r.example/x', undefined],
  ['what is no pair', { 'r.example': auth('alone') }, 'r.example/x', undefined],
])("finds in docker's configuration %s", async (_, auths, wanted, expected) => {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths }))
  const slash = wanted.indexOf('/')
  const name = { registry: wanted.slice(0, slash), repository: wanted.slice(slash + 1) }
  const context = testContext({ DOCKER_CONFIG: directory })
  expect(await findCredentials(name, context)).toEqual(expected)
})

test.each([
  ['docker.io', 'https://registry-1.docker.io'],
  ['ghcr.io', 'https://ghcr.io'],
  ['localhost:5000', 'http://localhost:5000'],
  ['127.0.0.1', 'http://127.0.0.1'],
  ['localhost.example', 'https://localhost.example'],
  ['plain.example:5000', 'http://plain.example:5000'],
])('reaches %s at %s', (registry, origin) => {
  const env = { R2K8S_INSECURE_REGISTRIES: 'other.example, plain.example:5000' }
  expect(registryOrigin(registry, env)).toBe(origin)
})
