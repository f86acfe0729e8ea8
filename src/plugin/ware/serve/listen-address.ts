// Where to listen, as a user writes it: `127.0.0.1:8010`, `:8010`, `[::1]:8010`.

import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { quote } from '../../../errors.ts'

export interface ListenAddress {
  /** `undefined`: on all addresses of the machine. */
  readonly host: string | undefined
  readonly port: number
}

export const defaultListen = '127.0.0.1:8010'

export function parseListenAddress(
  text: string,
): { address: ListenAddress } | { why: string } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/.exec(text)
  if (match === null) return { why: `${quote(text)} is not of the form "host:port"` }
  const [, ipv6, name = '', digits = ''] = match
  const port = Number(digits)
  if (port > 65_535) return { why: `${quote(text)} has a port above 65535` }
  if (ipv6 !== undefined && !isIPv6(ipv6)) {
    return { why: `${quote(text)} has something in brackets that is no IPv6 address` }
  }
  return { address: { host: ipv6 ?? (name === '' ? undefined : name), port } }
}

/** What a client writes to reach it: nobody can connect to "all addresses". */
export function reachableHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return hostname()
  return isIPv6(host) ? `[${host}]` : host
}

/** Only programs of this machine can connect. */
export function isLoopback(host: string | undefined): boolean {
  return host === 'localhost' || host === '::1' || host?.startsWith('127.') === true
}
