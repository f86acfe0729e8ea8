// Where credentials come from: the environment, the files that other programs use, and in pods a
// mounted Secret.

import { join } from 'node:path'
import { quote } from '../errors.ts'
import type { CredentialFile } from '../host/credential-files.ts'
import { readSmallFile } from '../host/read-small-file.ts'
import type { WarehouseContext } from './warehouse.ts'

export interface CredentialReader {
  /** The variable of that name, else the trimmed file of that (or the other) name in the Secret. */
  readonly read: (
    variable: CredentialFile,
    file?: CredentialFile,
  ) => Promise<string | undefined>
  readonly readNetrc: () => Promise<string | undefined>
  /** For S3; undefined when there are none, so that requests go unsigned. */
  readonly readAwsKeys: () => Promise<ObjectKeys | undefined>
  /** For the S3 interface of Google's storage. */
  readonly readGoogleKeys: () => Promise<ObjectKeys | undefined>
}

export interface ObjectKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

type CredentialContext = Pick<WarehouseContext, 'env' | 'credentialsDirectory' | 'report'>

export function createCredentialReader(context: CredentialContext): CredentialReader {
  const { env, credentialsDirectory } = context
  const fromEnv: Lookup = (name) => Promise.resolve(notEmpty(env[name]))
  const fromSecret: Lookup = async (name) =>
    credentialsDirectory === undefined
      ? undefined
      : notEmpty(await readCredentialFile(join(credentialsDirectory, name), context))
  const home = notEmpty(env['HOME']) ?? notEmpty(env['USERPROFILE'])
  const inHome = (path: string) => (home === undefined ? undefined : join(home, path))
  return {
    read: async (variable, file) =>
      (await fromEnv(variable)) ??
      (await fromSecret(variable)) ??
      (file === undefined ? undefined : await fromSecret(file)),
    readNetrc: async () => {
      const path = notEmpty(env['NETRC']) ?? inHome('.netrc')
      const own = path === undefined ? undefined : await readCredentialFile(path, context)
      return own ?? (await fromSecret('netrc'))
    },
    readAwsKeys: async () =>
      (await readKeys('AWS', fromEnv)) ??
      (await readSharedKeys(
        notEmpty(env['AWS_SHARED_CREDENTIALS_FILE']) ?? inHome('.aws/credentials'),
        context,
      )) ??
      (await readKeys('AWS', fromSecret)),
    readGoogleKeys: async () =>
      (await readKeys('GS', fromEnv)) ?? (await readKeys('GS', fromSecret)),
  }
}

type Lookup = (name: CredentialFile) => Promise<string | undefined>

/** Both halves from one source: those of two would never fit. */
async function readKeys(
  prefix: 'AWS' | 'GS',
  lookup: Lookup,
): Promise<ObjectKeys | undefined> {
  return makeKeys({
    id: await lookup(`${prefix}_ACCESS_KEY_ID`),
    secret: await lookup(`${prefix}_SECRET_ACCESS_KEY`),
    token: await lookup(`${prefix}_SESSION_TOKEN`),
  })
}

function makeKeys(parts: {
  readonly id: string | undefined
  readonly secret: string | undefined
  readonly token: string | undefined
}): ObjectKeys | undefined {
  const { id, secret, token } = parts
  if (id === undefined || secret === undefined) return undefined
  // What no header can carry would be quoted in full by the error about it.
  if (![id, secret, token ?? 'x'].every((part) => /^[\x21-\x7e]+$/.test(part))) {
    return undefined
  }
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token !== undefined && { sessionToken: token }),
  }
}

async function readSharedKeys(
  path: string | undefined,
  context: CredentialContext,
): Promise<ObjectKeys | undefined> {
  const text = path === undefined ? undefined : await readCredentialFile(path, context)
  if (text === undefined) return undefined
  const profile = notEmpty(context.env['AWS_PROFILE']) ?? 'default'
  const section = readSection(text, profile)
  return makeKeys({
    id: section.get('aws_access_key_id'),
    secret: section.get('aws_secret_access_key'),
    token: section.get('aws_session_token'),
  })
}

/** The `name = value` lines below `[profile]`. */
function readSection(text: string, profile: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let isInside = false
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1]
    if (header !== undefined) isInside = header === profile
    const pair = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/i.exec(line)
    if (isInside && pair !== null) {
      values.set((pair[1] ?? '').toLowerCase(), pair[2] ?? '')
    }
  }
  return values
}

function readCredentialFile(
  path: string,
  { report }: CredentialContext,
): Promise<string | undefined> {
  return readSmallFile(path, (why) => {
    const message = `cannot read the credentials in ${quote(path)}: ${why}`
    report({ kind: 'log', level: 'warn', message })
  })
}

/** Trimmed: a line break after it is no part of any credential, and no header could carry it. */
function notEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}
