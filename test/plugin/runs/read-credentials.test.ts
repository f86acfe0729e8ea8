import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { credentialFiles } from '../../../src/host/credential-files.ts'
import { readCredentials } from '../../../src/plugin/runs/read-credentials.ts'
import { directoryWith, quietIo } from '../cli.ts'

const read = (directory: string, warn: (message: string) => void = () => undefined) =>
  readCredentials('creds', { ...quietIo(), cwd: directory }, warn)
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the files of a directory', () => {
  test('are the Secret, in the order of their names', () => {
    const directory = directoryWith({
      'creds/token': 'a',
      'creds/netrc': 'b\n',
      'creds/.dockerconfigjson': '{}',
      'creds/.swp': 'left out',
    })
    const data = read(directory)
    expect(Object.entries(data ?? {})).toEqual([
      ['.dockerconfigjson', base64('{}')],
      ['netrc', base64('b\n')],
      ['token', base64('a')],
    ])
  })

  test('may be links, as a mounted Secret has them', () => {
    const directory = directoryWith({ 'creds/..data/token': 'a' })
    symlinkSync('..data/token', join(directory, 'creds/token'))
    expect(read(directory)).toEqual({ token: base64('a') })
  })

  test('are none when none are named', () => {
    expect(readCredentials(undefined, quietIo(), () => undefined)).toBeUndefined()
  })
})

describe('a name that nothing reads', () => {
  function warningsOf(files: Readonly<Record<string, string>>): string[] {
    const warnings: string[] = []
    const named = Object.entries(files).map(([name, text]) => [`creds/${name}`, text])
    read(directoryWith(Object.fromEntries(named) as typeof files), (message) => {
      warnings.push(message)
    })
    return warnings
  }

  test('is warned of once, with the nearest and all that mean something', () => {
    const warnings = warningsOf({ tokn: 'hunter2', id_rsa: 'hunter2', netrc: 'x' })
    expect(warnings).toEqual([
      expect.stringMatching(
        /in "creds", nothing reads "id_rsa", "tokn" \(did you mean token\?\); .*: netrc, token, .*AWS_REGION/,
      ),
    ])
    expect(warnings.join()).not.toContain('hunter2')
  })

  test('may be that of a hidden file, which is left out', () => {
    expect(warningsOf({ '.netrc': 'x', token: 'x' })[0]).toContain(
      '".netrc" (did you mean netrc?)',
    )
  })

  test.each(['.swp', '..data', '.DS_Store'])(
    'is none of %s, which nobody meant',
    (name) => {
      expect(warningsOf({ [name]: 'x', token: 'x' })).toEqual([])
    },
  )

  test('is none of those that the documentation names', () => {
    const wares = join(import.meta.dirname, '../../../docs/wares.md')
    const [, section = ''] = readFileSync(wares, 'utf8').split('## Credentials')
    const rows = (section.split('\n## ')[0] ?? '').split('\n')
    const documented = rows
      .filter((row) => row.startsWith('|'))
      .flatMap((row) => row.match(/`[^`]+`/g) ?? [])
      .map((name) => name.slice(1, -1))
    for (const name of credentialFiles) expect(documented).toContain(name)
    const files = Object.fromEntries(credentialFiles.map((name) => [name, 'x']))
    expect(warningsOf(files)).toEqual([])
  })
})

describe('is refused:', () => {
  test.each<[string, Record<string, string>, string]>([
    ['an empty directory', { 'creds/.hidden': 'x' }, 'it has no files'],
    ['no directory', { other: 'x' }, 'no such file'],
    ['a directory in it', { 'creds/more/token': 'x' }, '"more" is no file'],
    ['a name that no key has', { 'creds/my token': 'x' }, '"my token" cannot be a key'],
    ['too much', { 'creds/token': 'x'.repeat(800_000) }, 'more than a Secret can hold'],
  ])('%s', (_, files, why) => {
    const directory = directoryWith(files)
    expect(() => read(directory)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringMatching(
          new RegExp(`^cannot read the credentials in "creds": .*${why}`),
        ) as unknown,
      }),
    )
  })

  test('too much behind a link', () => {
    const directory = directoryWith({ big: 'x'.repeat(800_000), 'creds/netrc': 'x' })
    symlinkSync('../big', join(directory, 'creds/token'))
    expect(() => read(directory)).toThrow('more than a Secret can hold')
  })

  test('a pipe, which nobody may ever write to', () => {
    const directory = directoryWith({ 'creds/netrc': 'x' })
    execFileSync('mkfifo', [join(directory, 'creds/token')])
    expect(() => read(directory)).toThrow('"token" is no file')
  })
})

test('no value of a credential stands in a refusal', () => {
  const directory = directoryWith({ 'creds/a': 'hunter2', 'creds/b c': 'hunter2' })
  expect(() => read(directory)).toThrow(
    expect.objectContaining({
      message: expect.not.stringContaining('hunter2') as unknown,
    }),
  )
})
