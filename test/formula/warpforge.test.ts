import { describe, expect, test } from 'vitest'
import { isObject } from '../../src/json.ts'
import { warpforgeCid } from '../../src/formula/warpforge-identity.ts'
import { busybash, formulaOf, problemsOf, warpforge } from './read.ts'
import { locate, readVectors } from './vectors.ts'

const root = `ware:${busybash}`

test('variables become environment, and the user is root in /', () => {
  const inputs = { '/': root, $GREETING: 'literal:hi', $PATH: 'literal:/bin' }
  expect(formulaOf(warpforge({ inputs })).action).toEqual({
    program: { kind: 'exec', command: ['/bin/true'] },
    cwd: '/',
    env: new Map([
      ['GREETING', 'hi'],
      ['PATH', '/bin'],
      ['TERM', 'xterm'],
    ]),
    policy: 'routine',
    user: { uid: 0, gid: 0, username: 'root', homedir: '/root' },
    hostname: undefined,
    cradle: false,
    network: false,
  })
})

test('filters, mounts relative to the formula and the S3 spelling are understood', () => {
  const inputs = {
    '/': { basis: root, filters: { setid: 'ignore' } },
    '/src': 'mount:overlay:./src',
  }
  const formula = formulaOf(warpforge({ inputs }, { [busybash]: 'ca+s3://h/w' }))
  expect(formula.inputs).toMatchObject([
    {
      path: '/',
      filters: { setid: 'ignore' },
      source: { addresses: ['ca+https://h/w'] },
    },
    { path: '/src', source: { kind: 'mount', mode: 'overlay', hostPath: './src' } },
  ])
})

test('a script and echo are programs too', () => {
  const script = { interpreter: '/bin/sh', contents: ['a', 'b'], network: true }
  expect(formulaOf(warpforge({ action: { script } })).action).toMatchObject({
    program: { kind: 'script', interpreter: '/bin/sh', contents: ['a', 'b'] },
    network: true,
  })
  expect(formulaOf(warpforge({ action: { echo: {} } })).action.program).toEqual({
    kind: 'echo',
  })
})

test('an output is a tar, whatever it declares', () => {
  const outputs = { docs: { from: '/out/', packtype: 'zip', filters: { uid: '5' } } }
  expect(formulaOf(warpforge({ outputs })).outputs).toMatchObject([
    { name: 'docs', path: '/out', packtype: 'tar', filters: {} },
  ])
})

describe('the identity', () => {
  const exec = { command: ['/bin/true'] }

  test('tells network: false from no network', () => {
    const written = formulaOf(
      warpforge({ action: { exec: { ...exec, network: false } } }),
    )
    expect(written.id).not.toBe(formulaOf(warpforge()).id)
  })

  test('ignores the context, the order of keys and stray commas', () => {
    const text = warpforge({}, { [busybash]: 'ca+https://h/w' })
    expect(formulaOf(text).id).toBe(formulaOf(warpforge()).id)
    const outputs = { bb: { from: '/b' }, a: { from: '/a' }, '\u{1F600}': { from: '/c' } }
    const reversed = Object.fromEntries(Object.entries(outputs).reverse())
    expect(formulaOf(warpforge({ outputs: reversed })).id).toBe(
      formulaOf(warpforge({ outputs })).id,
    )
    expect(formulaOf(warpforge().replaceAll(',', ' ').replaceAll('}', ',}')).id).toBe(
      formulaOf(warpforge()).id,
    )
  })

  test('of a release changes with one byte', () => {
    const release = readVectors().find(({ identity }) => identity === 'release')
    if (!isObject(release?.document)) throw new Error('no release among the vectors')
    expect(warpforgeCid(locate(release.document))).toBe(release.expected)
    const changed = { ...release.document, releaseName: 'v1.36.0' }
    expect(warpforgeCid(locate(changed))).not.toBe(release.expected)
  })
})

describe('problems', () => {
  test.each([
    ['an unknown member', { extra: 1 }, /"formula\.v1"\.extra: is unknown/],
    [
      'a literal at a path',
      { inputs: { '/': root, '/a': 'literal:x' } },
      /cannot be placed at a path/,
    ],
    [
      'a ware in a variable',
      { inputs: { '/': root, $A: root } },
      /a variable takes a "literal:…"/,
    ],
    [
      'a variable without name',
      { inputs: { '/': root, $: 'literal:x' } },
      /name of a variable is empty/,
    ],
    [
      'a port of no kind',
      { inputs: { '/': root, a: root } },
      /neither a path .* nor a variable/,
    ],
    [
      'a variable as output',
      { outputs: { o: { from: '$A' } } },
      /only paths can be outputs/,
    ],
    ['a ware without ware:', { inputs: { '/': busybash } }, /written "ware:tar:…"/],
    ['a pipe', { inputs: { '/': 'pipe::x' } }, /stands in plots only/],
    ['no root', { inputs: {} }, /no input is placed at "\/"/],
    [
      'two actions',
      { action: { exec: { command: ['a'] }, echo: {} } },
      /exactly one of echo, exec, script/,
    ],
    ['an unknown action', { action: { exce: {} } }, /did you mean "exec"|exactly one/],
    ['an empty command', { action: { exec: { command: [] } } }, /names no program/],
    [
      'null for a boolean',
      { action: { exec: { command: ['a'], network: null } } },
      /network: must be true or false, not null/,
    ],
    [
      'a filter of packing',
      { inputs: { '/': { basis: root, filters: { uid: 'keep' } } } },
      /"keep" is no uid/,
    ],
    [
      'an unknown filter',
      { inputs: { '/': { basis: root, filters: { udi: '0' } } } },
      /did you mean "uid"/,
    ],
    [
      'filters of a mount',
      { inputs: { '/': root, '/m': { basis: 'mount:ro:.', filters: {} } } },
      /do not apply to a mount/,
    ],
    [
      'a basis without filters',
      { inputs: { '/': { basis: root } } },
      /needs the member "filters"/,
    ],
  ])('%s is one', (_, change, why) => {
    expect(problemsOf(warpforge(change)).join('\n')).toMatch(why)
  })

  test('a missing member is one', () => {
    const text = `{"formula": {"formula.v1": {"inputs": {"/": "${root}"}, "outputs": {}}}}`
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('needs the member "action"'),
    ])
  })

  test('text behind the document is one', () => {
    expect(problemsOf(`${warpforge()} x`)).toEqual([
      expect.stringContaining('follows the end'),
    ])
  })

  test('a repeated key is one, with both places', () => {
    const text = warpforge().replace('"outputs": {}', '"outputs": {}, "outputs": {}')
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /at x\.formula:14:19: the key "outputs" is written twice, first at x\.formula:14:4/,
      ),
    ])
  })

  test.each(['https://u:hunter2@h/', 'ca+s3://hunter2@h/'])(
    'the credentials in %s are one',
    (url) => {
      for (const ware of [busybash, 'tar:unused']) {
        const problems = problemsOf(warpforge({}, { [ware]: url }))
        expect(problems).toEqual([expect.stringContaining('carries credentials')])
        expect(problems[0]).not.toContain('hunter2')
      }
    },
  )
})
