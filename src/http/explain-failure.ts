// Why an exchange came to nothing, in words, and whether trying again may help.

import { HttpFailure } from '../http-exchange.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { Pace } from './keep-pace.ts'

export interface ExchangePlace {
  readonly url: URL
  /** The host of the one that is asked instead. */
  readonly proxy?: string | undefined
  /** In milliseconds. */
  readonly limits: { readonly connect: number; readonly silence: number }
  readonly signal?: AbortSignal | undefined
}

/** What is no failure of an exchange (a bug, an error of the body that was sent) stays as it is. */
export function explainFailure(error: unknown, place: ExchangePlace): unknown {
  if (error instanceof HttpFailure) return error
  if (place.signal?.aborted === true) {
    return new HttpFailure('it was cancelled', false, { cause: error })
  }
  const { host } = place.url
  const code = systemErrorCode(error)
  const message = error instanceof Error ? error.message : ''
  const refusal = /Proxy response \((\d+)\)/.exec(message)?.[1]
  const why =
    refusal !== undefined
      ? { text: `the proxy answers ${refusal} when asked for ${host}`, retry: false }
      : message.startsWith('Proxy Authentication Required')
        ? { text: `the proxy wants credentials to ask ${host}`, retry: false }
        : explainCode(code, error, place)
  if (why === undefined) return error
  return new HttpFailure(why.text, why.retry, { cause: error })
}

/** As good as a broken connection: another one, or another server, may do better. */
export function explainSlowness(
  place: ExchangePlace,
  { bytes, seconds }: Pace,
): HttpFailure {
  const why = `sends less than ${bytes} bytes in ${inSeconds(seconds * 1000)}`
  return new HttpFailure(`${hostOf(place)} ${why}`, true)
}

interface Reason {
  readonly text: string
  readonly retry: boolean
}

function explainCode(
  code: string | undefined,
  error: unknown,
  place: ExchangePlace,
): Reason | undefined {
  const { limits } = place
  const host = hostOf(place)
  const again = (text: string): Reason => ({ text, retry: true })
  const never = (text: string): Reason => ({ text, retry: false })
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return never(`${host} answers with something else than HTTP`)
  }
  switch (code) {
    case undefined:
      return undefined
    case 'ECONNREFUSED':
      return again(`${host} refuses connections`)
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'UND_ERR_INFO':
      return again(`${host} closed the connection before the answer was complete`)
    case 'EAI_AGAIN':
      return again(`the name service gives no answer about ${host}`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return again(`there is no way to ${host} through the network`)
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return again(`${host} took no connection within ${inSeconds(limits.connect)}`)
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return again(`${host} was silent for ${inSeconds(limits.silence)}`)
    case 'ENOTFOUND':
      return never(`the name service does not know ${host}`)
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return never(`the certificate of ${host} is for another name`)
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return never('the connections are closed')
    default:
      return explainFamily(code, error, host)
  }
}

/** With a proxy between it is not told which of the two it was. */
function hostOf({ url, proxy }: ExchangePlace): string {
  return proxy === undefined ? url.host : `${url.host} (through the proxy ${proxy})`
}

const distrust =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_UNTRUSTED|INVALID_CA)$/

function explainFamily(code: string, error: unknown, host: string): Reason | undefined {
  if (distrust.test(code)) {
    return {
      text: `the certificate of ${host} is signed by an authority that is not trusted; R2K8S_CA_FILE names a file with more of them`,
      retry: false,
    }
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return { text: `the certificate of ${host} has expired`, retry: false }
  }
  if (code.startsWith('CERT_')) {
    return { text: `the certificate of ${host} is not valid (${code})`, retry: false }
  }
  if (code === 'EPROTO' || /^ERR_(?:SSL|TLS|OSSL)/.test(code)) {
    return { text: `${host} does not agree on TLS (${code})`, retry: false }
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { text: `${host} sends too many headers`, retry: false }
  }
  // What the sender of a streamed body threw, of a file perhaps, says more as it is.
  const fromNetwork = /^(?:E[A-Z]|UND_ERR)/.test(code) && !hasPath(error)
  if (!fromNetwork) return undefined
  return { text: `${host}: ${explainSystemError(error)}`, retry: false }
}

function hasPath(error: unknown): boolean {
  return error instanceof Error && 'path' in error
}

function inSeconds(milliseconds: number): string {
  return milliseconds === 1000 ? '1 second' : `${milliseconds / 1000} seconds`
}
