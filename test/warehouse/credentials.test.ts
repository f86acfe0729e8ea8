import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createCredentialReader } from '../../src/warehouse/credentials.ts'
import { readRetryAfter } from '../../src/host/retry-after.ts'
import type { Env } from '../../src/warehouse/warehouse.ts'
import { temporaryDirectory } from './fixtures.ts'

function readerOf(env: Env, secret: Readonly<Record<string, string>> = {}) {
  const credentialsDirectory = temporaryDirectory()
  for (const [name, value] of Object.entries(secret)) {
    writeFileSync(join(credentialsDirectory, name), value)
  }
  const warnings: string[] = []
  const reader = createCredentialReader({
    env,
    credentialsDirectory,
    report: (event) => event.kind === 'log' && warnings.push(event.message),
  })
  return { ...reader, warnings }
}

const shared = `
[default]
aws_access_key_id = ID-OF-DEFAULT
aws_secret_access_key = secret/of+default

# another
[work]
aws_access_key_id=ID-OF-WORK
aws_secret_access_key=secret-of-work
aws_session_token = token==
`

describe('keys for S3', () => {
  const fromEnv = { AWS_ACCESS_KEY_ID: 'ID', AWS_SECRET_ACCESS_KEY: 'secret\n' }

  test('come from the environment first', async () => {
    const { readAwsKeys } = readerOf(fromEnv, { AWS_ACCESS_KEY_ID: 'other' })
    expect(await readAwsKeys()).toEqual({ accessKeyId: 'ID', secretAccessKey: 'secret' })
  })

  test('come from the shared file, by profile', async () => {
    const file = join(temporaryDirectory(), 'credentials')
    writeFileSync(file, shared)
    const env = { AWS_SHARED_CREDENTIALS_FILE: file }
    expect(await readerOf(env).readAwsKeys()).toEqual({
      accessKeyId: 'ID-OF-DEFAULT',
      secretAccessKey: 'secret/of+default',
    })
    expect(await readerOf({ ...env, AWS_PROFILE: 'work' }).readAwsKeys()).toEqual({
      accessKeyId: 'ID-OF-WORK',
      secretAccessKey: 'secret-of-work',
      sessionToken: 'token==',
    })
    const unknown = readerOf({ ...env, AWS_PROFILE: 'no such' })
    expect(await unknown.readAwsKeys()).toBeUndefined()
  })

  test('come from the shared file in the home directory', async () => {
    const home = temporaryDirectory()
    mkdirSync(join(home, '.aws'))
    writeFileSync(join(home, '.aws/credentials'), shared)
    const keys = await readerOf({ HOME: home }).readAwsKeys()
    expect(keys?.accessKeyId).toBe('ID-OF-DEFAULT')
  })

  test('come from a mounted Secret, trimmed', async () => {
    const { readAwsKeys } = readerOf(
      { AWS_ACCESS_KEY_ID: 'half of a pair', AWS_SECRET_ACCESS_KEY: '' },
      { AWS_ACCESS_KEY_ID: ' ID\n', AWS_SECRET_ACCESS_KEY: 'secret\n' },
    )
    expect(await readAwsKeys()).toEqual({ accessKeyId: 'ID', secretAccessKey: 'secret' })
  })

  test('that no header can carry are none', async () => {
    const env = { ...fromEnv, AWS_SESSION_TOKEN: 'two\nlines' }
    expect(await readerOf(env).readAwsKeys()).toBeUndefined()
  })

  test('are none where there are none', async () => {
    expect(await readerOf({}).readAwsKeys()).toBeUndefined()
  })
})

test('keys for Google have names of their own', async () => {
  const { readGoogleKeys, readAwsKeys } = readerOf(
    {},
    { GS_ACCESS_KEY_ID: 'ID', GS_SECRET_ACCESS_KEY: 'secret' },
  )
  expect(await readGoogleKeys()).toEqual({ accessKeyId: 'ID', secretAccessKey: 'secret' })
  expect(await readAwsKeys()).toBeUndefined()
})

test('credentials that cannot be read are warned of', async () => {
  const { readNetrc, warnings } = readerOf({ NETRC: temporaryDirectory() })
  expect(await readNetrc()).toBeUndefined()
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('it is no regular file')
})

test.each([
  ['3', 3000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:20 GMT', 10_000],
  ['Thu, 01 Jan 1970 00:00:05 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s means %s', (text, milliseconds) => {
  expect(readRetryAfter(text, 10_000)).toBe(milliseconds)
})
