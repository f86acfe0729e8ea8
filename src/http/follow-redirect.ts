// Where a redirect may lead, and what goes along with it.

import { HttpFailure, type HttpRequest, type HttpResponse } from '../http-exchange.ts'

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308]

/**
 * The next request, or undefined when the answer is to be handed over as it is.
 * @throws HttpFailure for a target that is never followed
 */
export function followRedirect(
  request: HttpRequest,
  response: HttpResponse,
): HttpRequest | undefined {
  const location = response.headers['location']
  if (location === undefined || !redirectStatuses.includes(response.status))
    return undefined
  if (!mayRepeat(request, response.status)) return undefined
  const from = new URL(request.url)
  if (!URL.canParse(location, from.href)) {
    throw new HttpFailure(`${from.host} redirects to what is no URL`, false)
  }
  const to = new URL(location, from.href)
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    const scheme = to.protocol.slice(0, -1)
    throw new HttpFailure(
      `${from.host} redirects to a ${scheme} URL, which is not followed`,
      false,
    )
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new HttpFailure(
      `${from.host} redirects from https to http (${to.host}), which is not followed`,
      false,
    )
  }
  to.hash = ''
  to.username = ''
  to.password = ''
  const headers =
    from.origin === to.origin ? request.headers : harmless(request.headers ?? {})
  return { ...request, url: to.href, ...(headers !== undefined && { headers }) }
}

/** GET and HEAD follow unless told; others only on demand and where the method stays the same. */
function mayRepeat(request: HttpRequest, status: number): boolean {
  const { method, redirects, body } = request
  if (redirects === 'none') return false
  if (method === 'GET' || method === 'HEAD') return true
  const repeatable = body === undefined || body instanceof Uint8Array
  return redirects === 'follow' && repeatable && (status === 307 || status === 308)
}

/** A list of what may go, since secrets travel under many names. */
const harmlessHeader =
  /^(?:accept(?:-.*)?|range|if-.*|content-type|user-agent|git-protocol)$/i

function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => harmlessHeader.test(name)),
  )
}

/** "a.example → b.example", repetitions in a row once. */
export function hostsOf(urls: readonly URL[]): string {
  return urls
    .map((url) => url.host)
    .filter((host, i, hosts) => host !== hosts[i - 1])
    .join(' → ')
}
