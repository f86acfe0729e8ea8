// Which proxy a request goes through, after the variables that most programs share.

import { BlockList, isIP } from 'node:net'
import { HttpFailure } from '../http-exchange.ts'
import type { Env } from './connections.ts'

/**
 * The URL of the proxy, perhaps with credentials; undefined for a straight connection. Small letters
 * win over capitals, and the machine itself is never asked for through a proxy.
 */
export function chooseProxy(url: URL, env: Env): string | undefined {
  const names =
    url.protocol === 'https:'
      ? ['https_proxy', 'HTTPS_PROXY']
      : ['http_proxy', 'HTTP_PROXY']
  const name = names.find((candidate) => (env[candidate] ?? '') !== '')
  const written = name === undefined ? undefined : env[name]
  if (name === undefined || written === undefined) return undefined
  const exceptions = env['no_proxy'] ?? env['NO_PROXY'] ?? ''
  if (isDirect(url, exceptions)) return undefined
  const proxy = written.includes('://') ? written : `http://${written}`
  if (!URL.canParse(proxy) || !/^(https?|socks5?):/i.test(proxy) || !isDecodable(proxy)) {
    throw new HttpFailure(`the variable ${name} is no URL of a proxy`, false)
  }
  return proxy
}

/** A login with a stray "%" would end in an error about nothing but that. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false // the only thing it throws is URIError
  }
}

function isDirect(url: URL, exceptions: string): boolean {
  const host = bareHost(url.hostname)
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (isInNetwork(host, '127.0.0.0/8') || host === '::1') return true
  const port = url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80'
  return exceptions
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matchesException(entry, host, port))
}

/** `*`, a name with all below it, an address, or a network; the first three with a port perhaps. */
function matchesException(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return isInNetwork(host, entry)
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry)
  if (withPort !== null && withPort[2] !== port) return false
  const name = bareHost(withPort?.[1] ?? entry)
  if (name === '*') return true
  // "*.example.com" is for what is below only; ".example.com" and "example.com" for both.
  if (name.startsWith('*.')) return host.endsWith(name.slice(1))
  const base = name.replace(/^\./, '')
  return host === base || (isIP(host) === 0 && host.endsWith(`.${base}`))
}

function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(.)\.$/, '$1')
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix = ''] = network.split('/')
  const family = isIP(address)
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix)) return false
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, Number(prefix), kind)
  return list.check(host, kind)
}
