import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCredentials } from '../../../src/plugin/runs/read-credentials.ts'
import { directoryWith, quietIo } from '../cli.ts'

const read = (directory: string) =>
  readCredentials('creds', { ...quietIo(), cwd: directory })
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
    expect(readCredentials(undefined, quietIo())).toBeUndefined()
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
