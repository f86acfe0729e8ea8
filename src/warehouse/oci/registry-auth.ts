// How a client proves to a registry who it is: what the registry asks for is learnt from its first
// 401, as docker does it (distribution spec, "token authentication").

import { Buffer } from 'node:buffer'
import { quote } from '../../errors.ts'
import type { HttpRequest, HttpResponse } from '../../http-exchange.ts'
import { memberString } from '../../json.ts'
import { sendWithRetries } from '../retry.ts'
import type { WarehouseContext } from '../warehouse.ts'
import {
  findCredentials,
  type Credentials,
  type RepositoryName,
} from './docker-credentials.ts'
import { parseChallenges, type Challenge } from './parse-challenge.ts'
import { parseJsonBytes, readBounded } from './read-bounded.ts'
import { failureOf, RegistryFailure } from './registry-failure.ts'

export type Access = 'pull' | 'pull,push'

export interface RegistryAuth {
  /** For the next request; `undefined` when nothing is known to be needed. */
  readonly header: (access: Access) => string | undefined
  /**
   * What to send instead after a 401. Of several requests at once only one asks.
   * @returns `undefined` when there is nothing to offer
   * @throws RegistryFailure, HttpFailure
   */
  readonly answer: (response: HttpResponse, access: Access) => Promise<string | undefined>
  /** Whether credentials were found, for messages. */
  readonly isAnonymous: () => boolean
}

export function createRegistryAuth(
  name: RepositoryName,
  origin: URL,
  context: WarehouseContext,
): RegistryAuth {
  const headers = new Map<Access, string>()
  const asking = new Map<Access, Promise<string | undefined>>()
  let credentials: Promise<Credentials | undefined> | undefined
  let anonymous = true

  async function ask(challenges: readonly Challenge[], access: Access) {
    credentials ??= findCredentials(name, context)
    const found = await credentials
    anonymous = found === undefined
    if (found?.kind === 'registry-token') return bearer(found.token)
    const bearerChallenge = challenges.find(({ scheme }) => scheme === 'bearer')
    if (bearerChallenge !== undefined) {
      const scope = `repository:${name.repository}:${access}`
      const request = tokenRequest(bearerChallenge, { credentials: found, scope, origin })
      return bearer(await fetchToken(request, name.registry, context))
    }
    const takesBasic = challenges.some(({ scheme }) => scheme === 'basic')
    return takesBasic && found?.kind === 'password' ? basic(found) : undefined
  }

  async function askOnce(response: HttpResponse, access: Access) {
    const challenges = parseChallenges(response.headers['www-authenticate'] ?? '')
    headers.delete(access)
    const header = await ask(challenges, access)
    if (header !== undefined) headers.set(access, header)
    return header
  }

  return {
    header: (access) => headers.get(access),
    isAnonymous: () => anonymous,
    answer: async (response, access) => {
      // Somebody the registry redirects to gets no credentials of the registry's.
      if (new URL(response.url).origin !== origin.origin) return undefined
      const running =
        asking.get(access) ??
        askOnce(response, access).finally(() => asking.delete(access))
      asking.set(access, running)
      return running
    },
  }
}

function bearer(token: string): string {
  // It goes into a header: nothing may be in it that ends one.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new RegistryFailure('the token is malformed')
  return `Bearer ${token}`
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

interface TokenWish {
  readonly credentials: Exclude<Credentials, { kind: 'registry-token' }> | undefined
  readonly scope: string
  readonly origin: URL
}

function tokenRequest(
  { parameters }: Challenge,
  { credentials, scope, origin }: TokenWish,
): HttpRequest {
  const realm = checkedRealm(parameters.get('realm') ?? '', origin)
  const service = parameters.get('service')
  // The registry may name the repository otherwise than its address does.
  const wanted = new URLSearchParams({
    ...(service !== undefined && { service }),
    scope: parameters.get('scope') ?? scope,
  })
  if (credentials?.kind === 'identity-token') {
    wanted.set('grant_type', 'refresh_token')
    wanted.set('client_id', 'r2k8s')
    wanted.set('refresh_token', credentials.token)
    return {
      method: 'POST',
      url: realm.href,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(wanted.toString()),
      redirects: 'none',
    }
  }
  for (const [key, value] of wanted) realm.searchParams.append(key, value)
  return {
    method: 'GET',
    url: realm.href,
    ...(credentials !== undefined && { headers: { authorization: basic(credentials) } }),
  }
}

/** Credentials go there, so it must be as safe as the registry itself. */
function checkedRealm(text: string, origin: URL): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && origin.protocol === 'http:')
  if (url === undefined || !safe || url.username !== '' || url.password !== '') {
    throw new RegistryFailure(
      `the registry sends clients for a token to ${quote(text)}, which is not safe`,
    )
  }
  return url
}

const longestAnswer = 1024 * 1024

async function fetchToken(
  request: HttpRequest,
  registry: string,
  context: WarehouseContext,
): Promise<string> {
  const response = await sendWithRetries(() => request, context)
  const host = new URL(request.url).host
  if (response.status !== 200) {
    const { message } = await failureOf(host, response)
    throw new RegistryFailure(
      `no token for the registry ${quote(registry)}: ${message.replace('the registry', 'the token server')}`,
      response.status,
    )
  }
  const bytes = await readBounded(response, longestAnswer)
  const answer = bytes === undefined ? undefined : parseJsonBytes(bytes)
  const token = memberString(answer, 'token') ?? memberString(answer, 'access_token')
  if (token === undefined || token === '') {
    throw new RegistryFailure(`the token server ${quote(host)} gives no token`)
  }
  return token
}
