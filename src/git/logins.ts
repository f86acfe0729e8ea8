// Logins for repositories over HTTP: those of git's users, and in pods those of a mounted Secret.

import { join } from 'node:path'
import { quote } from '../errors.ts'
import type { CredentialFile } from '../host/credential-files.ts'
import { readSmallFile } from '../host/read-small-file.ts'
import { findLogin, parseNetrc } from '../netrc.ts'
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
  const fromSecret = async (name: CredentialFile) =>
    credentialsDirectory === undefined
      ? undefined
      : await readLoginFile(join(credentialsDirectory, name), context)
  const own = netrc === undefined ? undefined : await readLoginFile(netrc, context)
  const user = (await fromSecret('username'))?.trim()
  const password = (await fromSecret('password'))?.replace(/\r?\n$/, '')
  return {
    ownNetrc: parseNetrc(own ?? ''),
    secretNetrc: parseNetrc((await fromSecret('netrc')) ?? ''),
    // A token may stand without a name; servers want some name then.
    secret: password === undefined ? undefined : { user: user ?? 'git', password },
  }
}

function readLoginFile(
  path: string,
  { report }: LoginContext,
): Promise<string | undefined> {
  return readSmallFile(path, (why) => {
    const message = `cannot read the login in ${quote(path)}: ${why}`
    report({ kind: 'log', level: 'warn', message })
  })
}
