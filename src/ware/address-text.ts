// What holds for the text of every warehouse address, whatever its scheme.

import { quote } from '../errors.ts'

const longestAddress = 4096

/** Why no address may look like this; `undefined` when its scheme may be asked. */
export function whyUnsafeAddress(text: string): string | undefined {
  if (text === '') return 'an address is empty'
  if (text.length > longestAddress)
    return `an address is longer than ${longestAddress} characters`
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) {
    return `${quoteAddress(text)} contains a control character`
  }
  // Programs that fetch would take it for an option.
  if (text.startsWith('-')) return `${quoteAddress(text)} starts with "-"`
  return undefined
}

/** For messages and logs: whatever may be a password, a token or a signature is left out. */
export function redactAddress(text: string): string {
  return withoutLogin(text).replace(/\?.*/s, '?…')
}

/**
 * Texts that are no address have one as well: `https//user:password@host`. It goes to the last @,
 * since a careless password may hold "/" itself.
 */
function withoutLogin(text: string): string {
  const at = text.lastIndexOf('@')
  const start = /:?\/\/|(?:^|\/)(?=[^/]*:(?!\/\/))/.exec(text.slice(0, Math.max(at, 0)))
  if (start === null) return text
  return `${text.slice(0, start.index + start[0].length)}…${text.slice(at)}`
}

export function quoteAddress(text: string): string {
  return quote(redactAddress(text))
}

export function whyCredentials(text: string, where = ''): string {
  return `${quoteAddress(text)} carries credentials${where}: remove them and put them into ~/.netrc, or for pods into the Secret that the pod annotation r2k8s.io/warehouse-secret names`
}

const secretName =
  /signature|credential|passw(?:or)?d|passphrase|secret|token|(?:access|account|api|auth|private|sign|signing)[^a-z]?key|authorization/
const secretWords: readonly string[] = [
  'auth',
  'bearer',
  'jwt',
  'key',
  'pass',
  'pwd',
  'sas',
  'sig',
]

/** Whether a parameter is named like a secret: a signed URL lets in whoever reads it. */
export function hasSecretQuery(text: string): boolean {
  const query = /\?([^#]*)/.exec(text)?.[1] ?? ''
  return [...new URLSearchParams(query.replaceAll(';', '&')).keys()].some((written) => {
    const name = written.toLowerCase()
    const words = name.split(/[^a-z0-9]+/)
    return secretName.test(name) || words.some((word) => secretWords.includes(word))
  })
}

export interface AddressParts {
  readonly scheme: string
  /** What stands before the host, with `@` removed; `undefined` without one. */
  readonly userInfo: string | undefined
  readonly host: string
  /** From the first slash on, as written. */
  readonly path: string
}

/** `scheme://[user@]host/path`; `undefined` for anything else. */
export function splitAddress(text: string): AddressParts | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(text)
  if (match === null) return undefined
  const [, scheme = '', authority = '', path = ''] = match
  const at = authority.lastIndexOf('@')
  return {
    scheme: scheme.toLowerCase(),
    userInfo: at < 0 ? undefined : authority.slice(0, at),
    host: authority.slice(at + 1),
    path,
  }
}
