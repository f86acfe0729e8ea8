// Requests that write: as errors what reading gives as values.

import { HttpFailure, type HttpRequest, type HttpResponse } from '../http-exchange.ts'
import { sendWithRetries, type RetryContext } from './retry.ts'
import { unreachable } from './warehouse-problems.ts'

/**
 * @returns an answer that stands, perhaps a refusal
 * @throws R2k8sError `warehouse-unavailable` when there is none, or only that the server has trouble
 */
export async function sendForWriting(
  makeRequest: () => HttpRequest | Promise<HttpRequest>,
  context: RetryContext,
): Promise<HttpResponse> {
  let response: HttpResponse
  try {
    response = await sendWithRetries(makeRequest, context)
  } catch (error) {
    if (error instanceof HttpFailure) throw unreachable(error.message, error)
    throw error
  }
  const isOutOfOrder =
    response.status === 429 || [500, 502, 503, 504].includes(response.status)
  if (!isOutOfOrder) return response
  await response.discard()
  throw unreachable(explainAnswer(response))
}

const words: Readonly<Record<number, string>> = {
  401: 'it wants credentials',
  403: 'access is denied',
  404: 'not found',
  405: 'the method is not allowed',
  407: 'the proxy wants credentials',
  410: 'gone',
  413: 'the ware is too large for it',
  422: 'it cannot take the content',
  429: 'too many requests',
  501: 'not implemented',
  502: 'its gateway has trouble',
  503: 'it is out of service',
  504: 'its gateway waited in vain',
  507: 'its disk is full',
}

/** "it answers with HTTP status 403 (access is denied)", after the host. */
export function explainAnswer(response: HttpResponse): string {
  const word = words[response.status]
  const status = `HTTP status ${response.status}`
  return `${new URL(response.url).host} answers with ${status}${word === undefined ? '' : ` (${word})`}`
}
