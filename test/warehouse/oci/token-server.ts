// A token server as registries send clients to: signs what the real registry then checks.

import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { listen } from './listen.ts'
import { scratchDirectory } from './registry.ts'

export interface TokenServer {
  readonly registryConfig: string
  /** `GET repository:name:pull`, one line per token that was asked for. */
  readonly asked: string[]
  allowAnonymousPull: boolean
  /** Of the tokens, in seconds. */
  lifetime: number
}

/** Knows the user tester with the password "secret", and the identity token "identity". */
export async function startTokenServer(): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
  const jwks = join(scratchDirectory(), 'jwks.json')
  const key = { ...jwk, kid, alg: 'ES256', use: 'sig' }
  writeFileSync(jwks, JSON.stringify({ keys: [key] }))

  function makeToken(scope: string): string {
    const [type, name, actions = ''] = scope.split(':')
    const now = Math.floor(Date.now() / 1000)
    const parts = [
      { typ: 'JWT', alg: 'ES256', kid },
      {
        iss: 'issuer',
        sub: 'tester',
        aud: 'service',
        exp: now + state.lifetime,
        nbf: now - 7200,
        iat: now - 7200,
        jti: randomUUID(),
        access: [{ type, name, actions: actions.split(',') }],
      },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const signature = sign('sha256', Buffer.from(parts.join('.')), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    return [...parts, signature.toString('base64url')].join('.')
  }

  const server = createServer((request, response) => {
    void readForm(request).then((form) => {
      // The registry puts the actions into any order.
      const scope = (form.get('scope') ?? '').replace('push,pull', 'pull,push')
      state.asked.push(`${request.method ?? ''} ${scope}`)
      const anonymous = state.allowAnonymousPull && scope.endsWith(':pull')
      response.setHeader('content-type', 'application/json')
      if (anonymous || isKnown(request, form)) {
        response.end(JSON.stringify({ token: makeToken(scope) }))
        return
      }
      response.statusCode = 401
      response.end('{"errors":[{"code":"DENIED","message":"who are you"}]}')
    })
  })
  const origin = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const state: TokenServer = {
    registryConfig: `auth: {token: {realm: '${origin}/token', service: service, issuer: issuer, jwks: '${jwks}'}}`,
    asked: [],
    allowAnonymousPull: false,
    lifetime: 60,
  }
  return state
}

function isKnown({ method, headers }: IncomingMessage, form: URLSearchParams): boolean {
  if (method === 'POST') return form.get('refresh_token') === 'identity'
  const wanted = `Basic ${Buffer.from('tester:secret').toString('base64')}`
  return headers.authorization === wanted
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method === 'GET') {
    return new URL(request.url ?? '', 'http://localhost').searchParams
  }
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return new URLSearchParams(text)
}
