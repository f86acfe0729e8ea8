import { describe, expect, test } from 'vitest'
import { changeFormula } from '../../src/formula/change-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'

function change(text: string, patches: readonly string[], env: object = {}): unknown {
  const changes = {
    patches: patches.map((patch, i) => ({ text: patch, file: `patch-${i}` })),
    env: new Map(Object.entries(env) as [string, string][]),
    inputs: new Map<string, string>(),
  }
  const changed = changeFormula({ text, file: 'a.formula' }, changes, readYamlText)
  return 'problems' in changed ? changed : JSON.parse(changed.text)
}

const timeless =
  '{"formula": {"inputs": {"/": "tar:a"}, "action": {"exec": ["/a", "b",], "cwd": "/x"}}}'
const legacy = 'inputs:\n\t/: {type: tar, hash: 0644}\naction:\n\tcommand: [echo]\n'
const warpforge =
  '{"formula": {"formula.v1": {"inputs": {"/": "ware:tar:a"}, "action": {"echo": {}}, "outputs": {}}}}'

describe('a formula with a patch', () => {
  test('has objects merged, and lists and values replaced', () => {
    const patch = '{"formula": {"action": {"exec": ["/c"], "env": {"A": "1"}}}}'
    expect(change(timeless, [patch])).toEqual({
      formula: {
        inputs: { '/': 'tar:a' },
        action: { exec: ['/c'], cwd: '/x', env: { A: '1' } },
      },
    })
  })

  test('loses what the patch says is null', () => {
    expect(change(timeless, ['{"formula": {"action": {"cwd": null}}}'])).toEqual({
      formula: { inputs: { '/': 'tar:a' }, action: { exec: ['/a', 'b'] } },
    })
  })

  test('has that of a later one over that of an earlier', () => {
    const patches = ['1', '2'].map((a) => `formula: {action: {env: {A: "${a}"}}}`)
    expect(change(timeless, patches)).toMatchObject({
      formula: { action: { env: { A: '2' } } },
    })
  })

  test('keeps a hash of digits as it is written', () => {
    expect(change(legacy, ['action: {cwd: /x}'])).toMatchObject({
      inputs: { '/': { hash: '0644' } },
    })
  })

  test('takes no name for a prototype', () => {
    const patch = '{"formula": {"action": {"__proto__": {"cwd": "/y"}}}}'
    const changed = changeFormula(
      { text: timeless, file: 'a' },
      { patches: [{ text: patch, file: 'b' }], env: new Map(), inputs: new Map() },
      readYamlText,
    )
    expect(changed).toMatchObject({
      text: expect.stringContaining('"__proto__"') as string,
    })
  })

  test('is an error where the patch cannot be read, with every place', () => {
    const { problems } = change(timeless, ['{"a": ', '[]']) as { problems: object[] }
    expect(problems).toMatchObject([
      { code: 'formula-invalid', where: expect.stringMatching(/^patch-0:1:/) as string },
      { where: 'patch-1', why: 'it is no object' },
    ])
  })
})

test.each([
  ['timeless', timeless, { formula: { action: { env: { A: '$x' } } } }],
  ['legacy', legacy, { action: { env: { A: '$x' } } }],
  [
    'warpforge',
    warpforge,
    { formula: { 'formula.v1': { inputs: { $A: 'literal:$x' } } } },
  ],
])('variables go where %s has them', (_, text, expected) => {
  expect(change(text, [], { A: '$x' })).toMatchObject(expected)
})

const hashes = { '/src': '8gAV' }
test.each([
  ['timeless', timeless, { formula: { inputs: { '/': 'tar:a', '/src': 'tar:8gAV' } } }],
  ['legacy', legacy, { inputs: { '/src': { type: 'tar', hash: '8gAV' } } }],
  [
    'warpforge',
    warpforge,
    { formula: { 'formula.v1': { inputs: { '/src': 'ware:tar:8gAV' } } } },
  ],
])('wares of this machine go where %s has inputs', (_, text, expected) => {
  const inputs = new Map(Object.entries(hashes))
  const changes = { patches: [], env: new Map<string, string>(), inputs }
  const changed = changeFormula({ text, file: 'a' }, changes, readYamlText)
  expect('text' in changed && JSON.parse(changed.text)).toMatchObject(expected)
})
