// Half surrogate pairs, which only an escape can bring into a text.

import { expect, test } from 'vitest'
import { identifyFormula } from '../../src/formula/read-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { formulaOf, legacy, problemsOf, timeless, warpforge } from './read.ts'

const dialects: readonly (readonly [string, string])[] = [
  ['Timeless', timeless({ action: { exec: ['/a', 'HERE'] } })],
  ['Warpforge', warpforge({ action: { exec: { command: ['/a', 'HERE'] } } })],
]

test.each(dialects)(
  'half a surrogate pair in a %s formula is U+FFFD in the text and in the identity alike',
  (_, text) => {
    const half = text.replace('HERE', String.raw`x\ud800y\udc00`)
    const replaced = text.replace('HERE', 'x\ufffdy\ufffd')
    expect(formulaOf(half)).toEqual(formulaOf(replaced))
    expect(formulaOf(half).action.program).toEqual({
      kind: 'exec',
      command: ['/a', 'x\ufffdy\ufffd'],
    })
    const identity = identifyFormula(half, 'x', readYamlText)
    expect(identity).toEqual(identifyFormula(replaced, 'x', readYamlText))
  },
)

test('half a surrogate pair in a legacy formula is refused, as by readers of YAML', () => {
  const text = legacy({ action: { command: ['/a', 'HERE'] } })
  const half = text.replace('HERE', String.raw`x\ud800`)
  expect(problemsOf(half).join()).toContain('is no character in YAML')
})

test('two keys that differ in half a surrogate pair alone are the same key', () => {
  const action = { exec: { command: ['/a'] } }
  const inputs = { $A: 'literal:1', $B: 'literal:2' }
  const text = warpforge({ action, inputs })
    .replace('$A', String.raw`$\ud800`)
    .replace('$B', String.raw`$\udbff`)
  expect(problemsOf(text).join()).toContain('is written twice')
})
