// Requests to one repository of a registry: authentication, tries, and answers other than expected
// as failures in words.

import { quote } from '../../errors.ts'
import type { HttpRequest, HttpResponse, SendRequest } from '../../http-exchange.ts'
import { sendWithRetries } from '../retry.ts'
import type { WarehouseContext } from '../warehouse.ts'
import type { RepositoryName } from './docker-credentials.ts'
import { createRegistryAuth, type Access } from './registry-auth.ts'
import { failureOf, RegistryFailure } from './registry-failure.ts'
import { registryOrigin } from './registry-place.ts'

export interface RegistryRequest {
  readonly method: HttpRequest['method']
  readonly url: URL
  readonly access: Access
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** The statuses that are an answer; every other one is a failure. */
  readonly expected: readonly number[]
}

export interface RegistryClient {
  readonly registry: string
  /** Of what lies below `/v2/<repository>/`. */
  readonly url: (place: string) => URL
  /** @throws RegistryFailure, HttpFailure; R2k8sError `cancelled` */
  readonly send: (request: RegistryRequest) => Promise<HttpResponse>
  /** One exchange, authenticated, whatever the answer. A body that streams goes out once only. */
  readonly sendOnce: (access: Access) => SendRequest
  readonly failure: (response: HttpResponse) => Promise<RegistryFailure>
  /** Where the answer says to go on. @throws RegistryFailure when it leads astray */
  readonly locate: (response: HttpResponse) => URL
}

export function createRegistryClient(
  name: RepositoryName,
  context: WarehouseContext,
): RegistryClient {
  const { registry, repository } = name
  const origin = new URL(registryOrigin(registry, context.env))
  const auth = createRegistryAuth(name, origin, context)

  function sendOnce(access: Access): SendRequest {
    return async (request) => {
      // Where a registry leads to, an upload's Location too, need not be a part of it.
      if (new URL(request.url).origin !== origin.origin) return context.send(request)
      const response = await context.send(withHeader(request, auth.header(access)))
      const { body } = request
      const replayable = body === undefined || body instanceof Uint8Array
      if (response.status !== 401 || !replayable) return response
      const header = await auth.answer(response, access)
      if (header === undefined) return response
      await response.discard()
      return context.send(withHeader(request, header))
    }
  }

  async function send(request: RegistryRequest): Promise<HttpResponse> {
    const { access, expected, method, url, headers, body } = request
    const sent: HttpRequest = {
      method,
      url: url.href,
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
    }
    const authenticated = { ...context, send: sendOnce(access) }
    const response = await sendWithRetries(() => sent, authenticated)
    if (expected.includes(response.status)) return response
    throw await failure(response)
  }

  async function failure(response: HttpResponse): Promise<RegistryFailure> {
    const found = await failureOf(registry, response)
    if (response.status !== 401 && response.status !== 403) return found
    const who = auth.isAnonymous()
      ? 'there are no credentials for it'
      : 'the credentials that were found do not suffice'
    return new RegistryFailure(`${found.message}; ${who}`, response.status)
  }

  function locate(response: HttpResponse): URL {
    const location = response.headers['location'] ?? ''
    const url = URL.canParse(location, response.url)
      ? new URL(location, response.url)
      : undefined
    const schemes = origin.protocol === 'http:' ? ['http:', 'https:'] : ['https:']
    if (location !== '' && url !== undefined && schemes.includes(url.protocol)) return url
    const why = `the registry ${quote(registry)} leads to ${quote(location.replace(/\?.*/s, '?…'))}, where nothing may be sent`
    throw new RegistryFailure(why)
  }

  const url = (place: string) => new URL(`/v2/${repository}/${place}`, origin)
  return { registry, url, send, sendOnce, failure, locate }
}

function withHeader(
  request: HttpRequest,
  authorization: string | undefined,
): HttpRequest {
  if (authorization === undefined) return request
  return { ...request, headers: { ...request.headers, authorization } }
}
