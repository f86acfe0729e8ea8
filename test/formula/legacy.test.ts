import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { commit, formulaOf, legacy, legacyHash, problemsOf } from './read.ts'

const tabbed = `inputs:
\t"/":
\t\ttype: tar
\t\thash: ${legacyHash}
\t\tsilo: http+ca://h/w
\t"/app":
\t\ttype: git
\t\thash: ${commit}
\t\ttag: ignored
action:
\tcommand: [serve, --port, 80]
\tpolicy: uidzero
\tsurprise: ignored
`

test('indentation by tabs, unknown keys and digits in place of strings are fine', () => {
  const formula = formulaOf(tabbed)
  expect(formula.inputs).toMatchObject([
    { path: '/', where: 'x.formula:2:2', source: { addresses: ['http+ca://h/w'] } },
    { path: '/app', where: 'x.formula:6:2', source: { wareId: { hash: commit } } },
  ])
  expect(formula.action.program).toEqual({
    kind: 'exec',
    command: ['serve', '--port', '80'],
  })
})

test('places behind tabs are those of the text as written', () => {
  expect(problemsOf(tabbed.replace('type: git', 'type: gti'))).toEqual([
    expect.stringContaining('at x.formula:8:9: inputs."/app".hash: "gti" is no packtype'),
  ])
})

describe('defaults', () => {
  test('of Repeatr v0.15 are filled in', () => {
    expect(formulaOf(legacy()).action).toEqual({
      program: { kind: 'exec', command: ['true'] },
      cwd: '/task',
      env: new Map([
        ['HOME', '/home/luser'],
        ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ]),
      policy: 'routine',
      user: { uid: 1000, gid: 1000, username: 'luser', homedir: '/home/luser' },
      hostname: undefined,
      cradle: true,
      network: true,
    })
  })

  test.each([
    ['routine', 'routine', 1000],
    ['uidzero', 'routine', 0],
    ['governor', 'governor', 0],
    ['sysad', 'sysad', 0],
  ])('the policy %s means %s as uid %d', (written, policy, uid) => {
    const { action } = formulaOf(legacy({ action: { command: ['a'], policy: written } }))
    expect(action).toMatchObject({ policy, user: { uid, gid: uid } })
    expect(action.env.get('HOME')).toBe(uid === 0 ? '/root' : '/home/luser')
  })

  test('a disabled cradle keeps the environment', () => {
    const { action } = formulaOf(legacy({ action: { command: ['a'], cradle: false } }))
    expect(action.cradle).toBe(false)
    expect(action.env.has('HOME')).toBe(true)
  })
})

test('escapes are writable host mounts', () => {
  const action = { command: ['a'], escapes: { mounts: { '/data': '/srv/data' } } }
  expect(formulaOf(legacy({ action })).inputs[1]).toMatchObject({
    path: '/data',
    source: { kind: 'mount', mode: 'rw', hostPath: '/srv/data' },
  })
})

test('outputs come with canonical filters and all their silos', () => {
  const filters = ['mtime 2010-01-01T01:00:00+01:00', 'uid 007', '']
  const outputs = {
    out: {
      type: 'tar',
      mount: '/out/',
      silo: ['file+ca:///a', 's3+ca://bucket'],
      filters,
    },
  }
  expect(formulaOf(legacy({ outputs })).outputs).toMatchObject([
    {
      name: 'out',
      path: '/out',
      packtype: 'tar',
      filters: { uid: '7', mtime: '@1262304000' },
      addresses: ['file+ca:///a', 's3+ca://bucket'],
    },
  ])
})

describe('the identity', () => {
  const idOf = (change: Parameters<typeof legacy>[0]) => formulaOf(legacy(change)).id
  const output = (filters?: string[]) => ({
    outputs: { '/o': { type: 'tar', ...(filters === undefined ? {} : { filters }) } },
  })

  test('ignores silo, tag, output hash and the order of filter lines', () => {
    const input = { type: 'tar', hash: legacyHash, silo: ['http+ca://h/w'], tag: 't' }
    expect(idOf({ inputs: { '/': input } })).toBe(idOf({}))
    expect(
      idOf({ outputs: { '/o': { type: 'tar', hash: 'x', silo: 'file:///a' } } }),
    ).toBe(idOf(output()))
    expect(idOf(output(['gid 0', 'uid 0']))).toBe(idOf(output(['uid 0', 'gid 0'])))
    expect(idOf(output([]))).toBe(idOf(output()))
  })

  test('takes equal times for equal', () => {
    expect(idOf(output(['mtime 2010-01-01T02:00:00+02:00']))).toBe(
      idOf(output(['mtime @1262304000'])),
    )
  })

  test('tells a written cradle from none', () => {
    const ids = [undefined, true, false].map((cradle) =>
      idOf({ action: { command: ['a'], ...(cradle === undefined ? {} : { cradle }) } }),
    )
    expect(new Set(ids).size).toBe(3)
  })

  test('covers host mounts, but not an empty list of them', () => {
    const withEscapes = (escapes: JsonObject) =>
      idOf({ action: { command: ['true'], escapes } })
    expect(withEscapes({})).toBe(idOf({}))
    expect(withEscapes({ mounts: {} })).toBe(idOf({}))
    expect(withEscapes({ mounts: { '/a': '/b' } })).not.toBe(idOf({}))
  })
})

describe('problems', () => {
  const input = { type: 'tar', hash: legacyHash }

  test.each([
    ['a null input', { inputs: { '/': input, app: null } }, /inputs\.app: is empty/],
    ['a null output', { outputs: { o: null } }, /outputs\.o: is empty/],
    ['no root', { inputs: { '/a': input } }, /inputs: no input is placed at "\/"/],
    ['no inputs at all', { inputs: null }, /no input is placed at "\/"/],
    [
      'a relative name without mount',
      { inputs: { '/': input, app: input } },
      /"app" is no absolute path/,
    ],
    [
      'two inputs at one path',
      { inputs: { '/': input, root: { ...input, mount: '//' } } },
      /inputs\.root: is placed at "\/", as is inputs\."\/" \(x\.formula:3:/,
    ],
    [
      'a Timeless hash',
      {
        inputs: {
          '/': {
            type: 'tar',
            hash: '6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6',
          },
        },
      },
      /timeless hash space; legacy formulas cannot name it/,
    ],
    [
      'the wrong layout',
      { inputs: { '/': { ...input, silo: 'ca+http://h' } } },
      /silo: "ca\+http:\/\/h" is the Timeless layout/,
    ],
    [
      'an unknown policy',
      { action: { command: ['a'], policy: 'governer' } },
      /did you mean "governor"/,
    ],
    ['no command', { action: {} }, /action: names no program/],
    ['no action', { action: null }, /needs the member "action"/],
    [
      'a relative cwd',
      { action: { command: ['a'], cwd: 'task' } },
      /action\.cwd: "task" is no absolute path/,
    ],
    [
      'an unknown filter',
      { outputs: { '/o': { type: 'tar', filters: ['colour red'] } } },
      /filters\[0\]: "colour" is no filter/,
    ],
    [
      'a filter of other dialects',
      { outputs: { '/o': { type: 'tar', filters: ['setid keep'] } } },
      /legacy formulas have no filter "setid"/,
    ],
    [
      'too many words',
      { outputs: { '/o': { type: 'tar', filters: ['uid 1 2'] } } },
      /takes one word, not 2/,
    ],
    [
      'a negative uid',
      { outputs: { '/o': { type: 'tar', filters: ['uid -1'] } } },
      /"-1" is no uid/,
    ],
    [
      'an output from git',
      { outputs: { '/o': { type: 'git' } } },
      /"git" is no type of an output/,
    ],
  ])('%s is one', (_, change, why) => {
    const problems = problemsOf(legacy(change))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(why)
  })

  test('a repeated key names both places', () => {
    const problems = problemsOf('inputs: {}\naction: {}\ninputs: {}\n')
    expect(problems[0]).toMatch(/x\.formula:3:1.*inputs/)
  })

  test('of one file are told all at once, in its order, without any password', () => {
    const silo = 'https://user:hunter2@h/x'
    const problems = problemsOf(
      legacy({
        inputs: { '/': { type: 'tar', hash: 'x', silo } },
        action: { command: 5, policy: 'x' },
      }),
    )
    expect(problems.map((line) => /at x\.formula:(\d+)/.exec(line)?.[1])).toEqual([
      '5',
      '6',
      '10',
      '11',
    ])
    expect(problems.join('\n')).not.toContain('hunter2')
  })
})
