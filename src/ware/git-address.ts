// Addresses of git repositories: URLs, plain paths, and the `user@host:path` of scp.

import {
  quoteAddress,
  splitAddress,
  whyCredentials,
  type AddressParts,
} from './address-text.ts'
import type { WarehouseAddress } from './warehouse-address.ts'

type Parsed = { address: WarehouseAddress } | { why: string }

/** Expects a text that `whyUnsafeAddress` has let pass. */
export function parseGitAddress(text: string): Parsed {
  const parts = splitAddress(text)
  if (parts !== undefined) return parseUrl(text, parts)
  const colon = text.indexOf(':')
  const slash = text.indexOf('/')
  if (colon < 0 || (slash >= 0 && slash < colon)) return localRepository(text, text)
  return parseScpLike(text, colon)
}

function parseUrl(text: string, parts: AddressParts): Parsed {
  const { scheme, userInfo, host, path } = parts
  switch (scheme) {
    case 'file':
      return localRepository(text, host + path)
    case 'git':
    case 'ssh':
    case 'http':
    case 'https':
      break
    default:
      return {
        why: `${quoteAddress(text)} is no address of a git repository: the schemes are https, http, ssh, git and file`,
      }
  }
  // The user of ssh is a name on the server; elsewhere it is a token as often as not.
  const mayNameUser = scheme === 'ssh' && userInfo?.includes(':') === false
  if (userInfo !== undefined && !mayNameUser) return { why: whyCredentials(text) }
  if (host === '' || path.replace(/^\/+/, '') === '') {
    return { why: `${quoteAddress(text)} names no host or no repository` }
  }
  if (host.startsWith('-') || userInfo?.startsWith('-') === true)
    return { why: whyOption(text) }
  const secure = scheme === 'http' && host.toLowerCase() === 'github.com'
  const url = secure ? `https${text.slice('http'.length)}` : text
  if (!URL.canParse(url)) return { why: `${quoteAddress(text)} is no valid URL` }
  return { address: { ...repository(text), scheme: secure ? 'https' : scheme, url } }
}

function parseScpLike(text: string, colon: number): Parsed {
  const host = text.slice(0, colon)
  const path = text.slice(colon + 1)
  // `ext::sh -c …` and its kind make git run a program.
  if (path.startsWith(':')) {
    return { why: `${quoteAddress(text)} asks for a remote helper of git; write a URL` }
  }
  if (path.includes('@')) return { why: whyCredentials(text) }
  const at = host.lastIndexOf('@')
  const server = host.slice(at + 1)
  if (at === 0 || server === '' || path === '') {
    return { why: `${quoteAddress(text)} names no host or no repository` }
  }
  if (server.startsWith('-') || path.startsWith('-')) return { why: whyOption(text) }
  return { address: { ...repository(text), scheme: 'ssh', url: text } }
}

function localRepository(text: string, path: string): Parsed {
  if (path === '') return { why: `${quoteAddress(text)} names no path` }
  if (path.startsWith('-')) return { why: whyOption(text) }
  return { address: { ...repository(text), scheme: 'file', path } }
}

function repository(text: string) {
  return { text, contentAddressed: true, layout: 'repository' } as const
}

/** git and ssh would read it as an option, some of which run programs. */
function whyOption(text: string): string {
  return `${quoteAddress(text)} has a host or path that starts with "-"`
}
