// Credentials for a registry, from where docker, podman and Kubernetes keep them.

import { Buffer } from 'node:buffer'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from '../../errors.ts'
import { isObject, member, memberString, type JsonObject } from '../../json.ts'
import type { CredentialFile } from '../../host/credential-files.ts'
import { explainSystemError, systemErrorCode } from '../../system-error.ts'
import type { WarehouseContext } from '../warehouse.ts'
import { askCredentialHelper } from './credential-helper.ts'
import { parseJsonBytes } from './read-bounded.ts'
import { RegistryFailure } from './registry-failure.ts'
import { isDockerHub } from './registry-place.ts'

export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** Exchanged for tokens at the token server of the registry. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** Sent to the registry as it is. */
  | { readonly kind: 'registry-token'; readonly token: string }

export type CredentialsContext = Pick<
  WarehouseContext,
  'env' | 'credentialsDirectory' | 'report' | 'signal'
>

export interface RepositoryName {
  readonly registry: string
  readonly repository: string
}

/**
 * The first file that has some for the registry decides.
 * @throws RegistryFailure when a file or a helper cannot be used
 */
export async function findCredentials(
  name: RepositoryName,
  context: CredentialsContext,
): Promise<Credentials | undefined> {
  for (const path of configFiles(context)) {
    const config = await readConfig(path)
    if (config === undefined) continue
    const found = await findInConfig(config, name, context)
    if (found !== undefined) return found
  }
  return undefined
}

const ofSecret: readonly CredentialFile[] = ['.dockerconfigjson', 'config.json']

function configFiles({ env, credentialsDirectory }: CredentialsContext): string[] {
  const files: string[] = []
  const add = (directory: string | undefined, ...names: string[]): void => {
    if (directory === undefined || directory === '') return
    for (const name of names) files.push(join(directory, name))
  }
  add(credentialsDirectory, ...ofSecret)
  add(env['REGISTRY_AUTH_FILE'], '')
  const home = env['HOME']
  add(env['DOCKER_CONFIG'] ?? (home && join(home, '.docker')), 'config.json')
  add(env['XDG_RUNTIME_DIR'], join('containers', 'auth.json'))
  return files
}

const longestConfig = 1024 * 1024

async function readConfig(path: string): Promise<JsonObject | undefined> {
  let bytes
  try {
    bytes = await readShort(path)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const why = `the credentials in ${quote(path)}: ${explainSystemError(error)}`
    throw new RegistryFailure(why, undefined, { cause: error })
  }
  const config = bytes === undefined ? undefined : parseJsonBytes(bytes)
  if (isObject(config)) return config
  throw new RegistryFailure(`${quote(path)} is no configuration of docker's`)
}

async function readShort(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path)
  try {
    const buffer = Buffer.alloc(longestConfig + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, length)
      length += bytesRead
      if (bytesRead === 0) return buffer.subarray(0, length)
      if (length > longestConfig) return undefined
    }
  } finally {
    await file.close()
  }
}

async function findInConfig(
  config: JsonObject,
  name: RepositoryName,
  context: CredentialsContext,
): Promise<Credentials | undefined> {
  const helper =
    findByName(member(config, 'credHelpers'), name) ?? member(config, 'credsStore')
  if (typeof helper === 'string' && helper !== '') {
    const found = await askCredentialHelper(helper, serverName(name.registry), context)
    if (found !== undefined) return found
  }
  const entry = findByName(member(config, 'auths'), name)
  return isObject(entry) ? readAuth(entry) : undefined
}

/** Docker Hub is kept under the address of its first API. */
function serverName(registry: string): string {
  return isDockerHub(registry) ? 'https://index.docker.io/v1/' : registry
}

/** The member for the repository, for a folder above it, or for the whole registry. */
function findByName(table: unknown, { registry, repository }: RepositoryName): unknown {
  if (!isObject(table)) return undefined
  const host = isDockerHub(registry) ? 'docker.io' : registry
  const members = new Map(
    Object.entries(table).map(([key, value]) => [plainKey(key), value]),
  )
  let wanted = `${host}/${repository}`
  for (;;) {
    const found = members.get(wanted)
    if (found !== undefined) return found
    const slash = wanted.lastIndexOf('/')
    if (slash < 0) return undefined
    wanted = wanted.slice(0, slash)
  }
}

function plainKey(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  const [host = '', ...path] = bare.split('/')
  return [isDockerHub(host) ? 'docker.io' : host, ...path].join('/')
}

function readAuth(entry: JsonObject): Credentials | undefined {
  const identityToken = memberString(entry, 'identitytoken')
  if (identityToken) return { kind: 'identity-token', token: identityToken }
  const registryToken = memberString(entry, 'registrytoken')
  if (registryToken) return { kind: 'registry-token', token: registryToken }
  const encoded = memberString(entry, 'auth')
  if (encoded) {
    const pair = Buffer.from(encoded, 'base64').toString('utf8').replace(/\0+$/, '')
    const colon = pair.indexOf(':')
    if (colon <= 0) return undefined
    return {
      kind: 'password',
      user: pair.slice(0, colon),
      password: pair.slice(colon + 1),
    }
  }
  const user = memberString(entry, 'username')
  const password = memberString(entry, 'password')
  return user && password ? { kind: 'password', user, password } : undefined
}
