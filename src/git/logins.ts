// Logins for repositories over HTTP: those of git's users, and in pods those of a mounted Secret.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from '../errors.ts'
import { findLogin, parseNetrc } from '../netrc.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { GitContext } from './git-outcome.ts'

type LoginContext = Pick<GitContext, 'env' | 'credentialsDirectory' | 'report'>

/** The `authorization` for a URL. */
export type FindAuthorization = (url: URL) => Promise<string | undefined>

/**
 * @param own the address that the user has named; the login of the Secret is for its server only,
 * and only this server gets anything without TLS: addresses of submodules are chosen by others
 */
export function createLogins(own: URL, context: LoginContext): FindAuthorization {
  let reading: Promise<Sources> | undefined
  return async (url) => {
    const isOwn = url.origin === own.origin
    if (!isOwn && url.protocol !== 'https:') return undefined
    const sources = await (reading ??= readSources(context))
    const secret = isOwn ? sources.secret : undefined
    const login =
      findLogin(sources.ownNetrc, url.hostname) ??
      secret ??
      findLogin(sources.secretNetrc, url.hostname)
    if (login === undefined) return undefined
    const encoded = Buffer.from(`${login.user}:${login.password}`).toString('base64')
    return `Basic ${encoded}`
  }
}

interface Sources {
  readonly ownNetrc: ReturnType<typeof parseNetrc>
  readonly secretNetrc: ReturnType<typeof parseNetrc>
  readonly secret: { readonly user: string; readonly password: string } | undefined
}

async function readSources(context: LoginContext): Promise<Sources> {
  const { env, credentialsDirectory } = context
  const home = env['HOME'] ?? env['USERPROFILE'] ?? ''
  const named = env['NETRC'] ?? ''
  const netrc = named !== '' ? named : home === '' ? undefined : join(home, '.netrc')
  const fromSecret = async (name: string) =>
    credentialsDirectory === undefined
      ? undefined
      : await readSmallFile(join(credentialsDirectory, name), context)
  const own = netrc === undefined ? undefined : await readSmallFile(netrc, context)
  const user = (await fromSecret('username'))?.trim()
  const password = (await fromSecret('password'))?.replace(/\r?\n$/, '')
  return {
    ownNetrc: parseNetrc(own ?? ''),
    secretNetrc: parseNetrc((await fromSecret('netrc')) ?? ''),
    // A token may stand without a name; servers want some name then.
    secret: password === undefined ? undefined : { user: user ?? 'git', password },
  }
}

const mostBytes = 64 * 1024

/** Undefined when there is none; one that cannot be read is warned of, and as good as none. */
async function readSmallFile(
  path: string,
  { report }: LoginContext,
): Promise<string | undefined> {
  let why: string
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (found.isFile() && found.size <= mostBytes) return await file.readFile('utf8')
      why = found.isFile() ? 'it is far too long' : 'it is no regular file'
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    why = explainSystemError(error)
  }
  const message = `cannot read the login in ${quote(path)}: ${why}`
  report({ kind: 'log', level: 'warn', message })
  return undefined
}
