import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { identifyFormula } from '../../src/formula/read-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { busybash, commit, formulaOf, legacyHash, problemsOf, timeless } from './read.ts'

describe("Repeatr's own examples", () => {
  test.each([
    [
      'example_01_hello',
      'AteQchZcX1WATj4rnwsmDf4Gqhe6To4CWLj4j8Ghdjd3Ab4DJ7Abk2tuBfG96jruT',
    ],
    ['example_02_script', undefined],
    [
      'example_03_output',
      '9mb9Nixx2M5FoxVJgQtYzn1QvtQdM1TZjZeC4QGSjUCXbHVdAD3v91JWPjZXGkTKD6',
    ],
  ])('%s is read, trailing commas and all', (name, id) => {
    const file = new URL(`../data/formulas/${name}.formula`, import.meta.url)
    const formula = formulaOf(readFileSync(file, 'utf8'))
    expect(formula.inputs[0]?.source).toMatchObject({
      kind: 'ware',
      addresses: ['file://./fixtures/busybash.tgz'],
    })
    if (id !== undefined) expect(formula.id).toBe(id)
  })
})

describe('parsing', () => {
  test('commas inside strings stay', () => {
    const text = timeless({ action: { exec: ['/bin/echo', 'a,]', 'b,}'] } }).replace(
      /\]/g,
      ',]',
    )
    expect(formulaOf(text).action.program).toMatchObject({
      command: ['/bin/echo', 'a,,]', 'b,}'],
    })
  })

  test('bytes after the first value are ignored', () => {
    expect(formulaOf(`${timeless()} {"a"`).id).toBe(formulaOf(timeless()).id)
  })

  test('repeated keys merge', () => {
    const text = `{"formula": {
      "inputs": {"/": "${busybash}"},
      "action": {"exec": ["/bin/false"]}, "action": {"exec": ["/bin/true"]},
      "inputs": {"/app": "git:${commit}"}
    }}`
    expect(formulaOf(text).id).toBe(
      formulaOf(timeless({ inputs: { '/': busybash, '/app': `git:${commit}` } })).id,
    )
  })

  test('members given as null are absent', () => {
    const action = { exec: ['/bin/true'], userinfo: null, env: null, policy: null }
    expect(formulaOf(timeless({ action, outputs: null })).id).toBe(
      formulaOf(timeless()).id,
    )
  })
})

describe('the identity', () => {
  const idsOf = (text: string) => {
    const read = identifyFormula(text, 'x', readYamlText)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    return read
  }

  test('needs no valid ware and no root', () => {
    expect(idsOf(timeless({ inputs: { '/a': 'tar:a', '/b': '' } })).id).toMatch(
      /^[1-9A-Za-z]{65,66}$/,
    )
  })

  test('tells absent outputs from empty ones, raw and run', () => {
    const [absent, empty] = [idsOf(timeless()), idsOf(timeless({ outputs: {} }))]
    expect(absent.rawId).not.toBe(empty.rawId)
    expect(absent.id).not.toBe(empty.id)
  })

  test('tells absent filters from empty ones only raw', () => {
    const output = (filters?: Record<string, string>) =>
      idsOf(
        timeless({ outputs: { '/o': { packtype: 'tar', ...(filters && { filters }) } } }),
      )
    expect(output().rawId).not.toBe(output({}).rawId)
    expect(output().id).toBe(output({}).id)
    expect(output({ mtime: '2010-01-01T00:00:00Z' }).id).toBe(
      output({ mtime: '@1262304000' }).id,
    )
    expect(output({ colour: 'red' }).rawId).toBe(output({}).rawId)
  })

  test('does not depend on the order of keys or on the context', () => {
    const inputs = { '/': busybash, '/\u{1F600}': 'tar:x', '/\uFFFD': 'tar:y' }
    const reversed = Object.fromEntries(Object.entries(inputs).reverse())
    const urls = { fetchUrls: { '/': ['ca+https://h/'] } }
    expect(idsOf(timeless({ inputs })).id).toBe(
      idsOf(timeless({ inputs: reversed }, urls)).id,
    )
  })
})

describe('defaults', () => {
  const actionOf = (action: object) =>
    formulaOf(timeless({ action: { exec: ['/bin/true'], ...action } })).action

  test('of repeatr run are filled in', () => {
    expect(actionOf({})).toEqual({
      program: { kind: 'exec', command: ['/bin/true'] },
      cwd: '/task',
      env: new Map([
        ['HOME', '/home/reuser'],
        ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ['USER', 'reuser'],
      ]),
      policy: 'routine',
      user: { uid: 1000, gid: 1000, username: 'reuser', homedir: '/home/reuser' },
      hostname: undefined,
      cradle: true,
      network: true,
    })
  })

  test('uid 0 alone is root, with group 1000', () => {
    expect(actionOf({ userinfo: { uid: 0 } })).toMatchObject({
      policy: 'routine',
      user: { uid: 0, gid: 1000, username: 'root', homedir: '/root' },
    })
  })

  test('an environment that is given stays', () => {
    const { env } = actionOf({
      env: { HOME: '/h', A: '1' },
      userinfo: { username: 'bob' },
    })
    expect(Object.fromEntries(env)).toMatchObject({ HOME: '/h', USER: 'bob', A: '1' })
  })

  test('without the cradle only ids and cwd are filled in', () => {
    expect(actionOf({ cradle: 'disable' })).toMatchObject({
      cwd: '/',
      env: new Map(),
      user: { uid: 1000, gid: 1000, username: '', homedir: '' },
      cradle: false,
    })
    expect(actionOf({ cradle: 'disable', cwd: '/w' }).cwd).toBe('/w')
    expect(actionOf({ cradle: 'off' }).cradle).toBe(true)
  })
})

describe('placing', () => {
  const withInputs = (inputs: Record<string, string>) =>
    timeless({ inputs: { '/': busybash, ...inputs } })
  const git = `git:${commit}`

  test('is in the order of bytes of the cleaned paths', () => {
    const text = withInputs({
      '/\u{1F600}': git,
      '/\uFFFD': git,
      '/b/': git,
      '/a/../a/x': git,
      '/a': git,
    })
    const paths = formulaOf(text).inputs.map(({ path }) => path)
    expect(paths).toEqual(['/', '/a', '/a/x', '/b', '/\uFFFD', '/\u{1F600}'])
  })

  test('of host mounts is understood', () => {
    expect(formulaOf(withInputs({ '/m': 'mount:rw:/srv/m' })).inputs[1]?.source).toEqual({
      kind: 'mount',
      mode: 'rw',
      hostPath: '/srv/m',
    })
  })

  test.each([
    ['/a/b', 'lies below the host mount at "/a"'],
    ['/ab', 'compares the two as texts'],
  ])('at %s is blocked by a mount at /a', (path, why) => {
    expect(problemsOf(withInputs({ '/a': 'mount:ro:/x', [path]: git }))).toEqual([
      expect.stringContaining(why),
    ])
  })

  test('beside a mount is fine', () => {
    expect(problemsOf(withInputs({ '/a': 'mount:ro:/x', '/b': git }))).toEqual([])
  })

  test('below a mount at / is blocked', () => {
    expect(
      problemsOf(timeless({ inputs: { '/': 'mount:ro:/', '/a': git } })),
    ).toHaveLength(1)
  })
})

describe('problems', () => {
  const exec = ['/bin/true']

  test.each([
    [
      'an unknown key',
      { outptus: {} },
      /formula\.outptus: is unknown; did you mean "outputs"\?/,
    ],
    [
      'an unknown key of an action',
      { action: { exec, commmand: [] } },
      /action\.commmand: is unknown/,
    ],
    ['a ware ID without colon', { inputs: { '/': 'tar' } }, /"packtype:hash"/],
    ['an empty ware ID', { inputs: { '/': '' } }, /names no ware/],
    [
      'a legacy hash',
      { inputs: { '/': `tar:${legacyHash}` } },
      /legacy hash space; Timeless formulas cannot/,
    ],
    [
      'a hash that is too short',
      { inputs: { '/': busybash.slice(0, -3) } },
      /\(63 characters\) is no hash/,
    ],
    ['a blank hash', { inputs: { '/': 'tar:-' } }, /blank ware/],
    [
      'no root',
      { inputs: { '/a': busybash } },
      /formula\.inputs: no input is placed at "\/"/,
    ],
    [
      'a mount of another mode',
      { inputs: { '/': busybash, '/m': 'mount:overlay:/x' } },
      /no mode of a mount; known are ro, rw/,
    ],
    [
      'a mount without path',
      { inputs: { '/': busybash, '/m': 'mount:ro' } },
      /not of the form/,
    ],
    [
      'a relative mount',
      { inputs: { '/': busybash, '/m': 'mount:ro:x' } },
      /"x" is no absolute path/,
    ],
    [
      'a relative path',
      { inputs: { '/': busybash, a: busybash } },
      /"a" is no absolute path/,
    ],
    [
      'two inputs at one path',
      { inputs: { '/': busybash, '/.': busybash } },
      /as is formula\.inputs\."\/"/,
    ],
    ['no exec', { action: {} }, /names no program/],
    ['an empty program', { action: { exec: [''] } }, /names no program/],
    ['a relative program', { action: { exec: ['sh'] } }, /do not search \$PATH/],
    ['noop', { action: { noop: true } }, /no executor has ever honoured it/],
    [
      'an exec that is a string',
      { action: { exec: '/bin/sh' } },
      /exec: must be a list, not a string/,
    ],
    [
      'a number among strings',
      { action: { exec: ['/bin/sh', 5] } },
      /exec\[1\]: must be a string, not 5/,
    ],
    ['an argument with NUL', { action: { exec: ['/a', '\0'] } }, /NUL/],
    [
      'an unknown policy',
      { action: { exec, policy: 'routin' } },
      /did you mean "routine"/,
    ],
    ['a legacy policy', { action: { exec, policy: 'uidzero' } }, /legacy policy/],
    [
      'a variable with =',
      { action: { exec, env: { 'A=B': '' } } },
      /env\."A=B": .*contains "="/,
    ],
    [
      'a variable without name',
      { action: { exec, env: { '': '' } } },
      /name of a variable is empty/,
    ],
    [
      'a negative uid',
      { action: { exec, userinfo: { uid: -1 } } },
      /uid: -1 is not between/,
    ],
    [
      'a uid that is no integer',
      { action: { exec, userinfo: { gid: 1.5 } } },
      /gid: must be a whole number/,
    ],
    [
      'a relative home',
      { action: { exec, userinfo: { homedir: 'h' } } },
      /homedir: "h" is no absolute/,
    ],
    [
      'a strange user name',
      { action: { exec, userinfo: { username: 'a:b' } } },
      /no name of a user/,
    ],
    ['a strange hostname', { action: { exec, hostname: 'a b' } }, /no hostname/],
    [
      'a filter that is a number',
      { outputs: { '/o': { packtype: 'tar', filters: { uid: 0 } } } },
      /filters\.uid: must be a string, not 0/,
    ],
    [
      'a bad filter',
      { outputs: { '/o': { packtype: 'tar', filters: { sticky: 'reject' } } } },
      /no value of sticky/,
    ],
    [
      'an output without packtype',
      { outputs: { '/o': {} } },
      /needs the member "packtype"/,
    ],
    [
      'an output packed as git',
      { outputs: { '/o': { packtype: 'git' } } },
      /write "tar" or "zip"/,
    ],
    ['no action', { action: null }, /needs the member "action"/],
  ])('%s is one', (_, change, why) => {
    const problems = problemsOf(timeless(change))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(why)
  })

  test.each([
    [
      'of the legacy layout',
      { fetchUrls: { '/': ['http+ca://h/w'] } },
      /fetchUrls\."\/"\[0\]: .*legacy layout/,
    ],
    [
      'with a password',
      { fetchUrls: { '/': ['https://u:hunter2@h/'] } },
      /carries credentials/,
    ],
    [
      'with a password for no input',
      { fetchUrls: { '/x': ['https://u:hunter2@h/'] } },
      /carries credentials/,
    ],
    [
      'with a password to save to',
      { saveUrls: { '/x': 'https://u:hunter2@h/' } },
      /carries credentials/,
    ],
    [
      'outside a list',
      { fetchUrls: { '/': 'https://u:hunter2@h/' } },
      /must be a list, not a string/,
    ],
  ])('an address %s is one', (_, context, why) => {
    const problems = problemsOf(timeless({}, context))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(why)
    expect(problems[0]).not.toContain('hunter2')
  })
})
