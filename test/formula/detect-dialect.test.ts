import { expect, test } from 'vitest'
import { formulaOf, legacy, problemsOf, timeless, warpforge } from './read.ts'

test.each([
  ['legacy', legacy()],
  ['timeless', timeless()],
  ['warpforge', warpforge()],
])('a %s formula is recognised', (dialect, text) => {
  expect(formulaOf(text).dialect).toBe(dialect)
})

test.each([
  ['of Repeatr 0.5', 'Inputs:\n- type: tar\n', /list under "Inputs".*Repeatr 0\.5/],
  ['with accents', 'accents: {}\n', /member "accents".*Repeatr 0\.5/],
  ['with a list of inputs', 'inputs: [a]\n', /list under "inputs".*Repeatr 0\.5/],
  [
    'of both wrapped and bare members',
    '{"formula": {}, "inputs": {}}',
    /both "formula".*"inputs"/,
  ],
  [
    'with a capsule beside members',
    '{"formula": {"formula.v1": {}, "inputs": {}}}',
    /both "formula\.v1".*"inputs"/,
  ],
  ['of a later version', '{"formula": {"formula.v2": {}}}', /"formula\.v2" is a version/],
  ['with an empty wrapping', '{"formula": {}}', /neither "formula\.v1" .* nor "inputs"/],
  [
    'Timeless with a Warpforge input',
    timeless({ inputs: { '/': 'ware:tar:x' } }),
    /"ware:tar:x"/,
  ],
  [
    'Timeless with a Warpforge action',
    timeless({ action: { exec: { command: [] } } }),
    /this map/,
  ],
  [
    'without its wrapping',
    '{"inputs": {"/": "tar:x"}, "action": {"exec": []}}',
    /without its wrapping/,
  ],
  ['that is a plot', '{"plot.v1": {}}', /Warpforge plot/],
  [
    'that is a later plot',
    '{"plot.v2": {}}',
    /"plot\.v2" is a version of Warpforge plots/,
  ],
  ['that is a manifest', 'apiVersion: v1\n', /Kubernetes manifest/],
  ['with a mistyped key', '{"formulas": {}}', /neither "formula" nor/],
  ['in YAML that must be JSON', 'formula:\n  inputs: {}\n', /Timeless formula in YAML/],
  ['that is a list', '[]', /map at its top level/],
  ['that is empty', '', /holds nothing/],
  ['that is broken JSON', '{"formula": }', /"}" stands where a value is expected/],
  ['that is broken YAML', 'a: [', /x\.formula:1:/],
])('a document %s is refused', (_, text, why) => {
  const problems = problemsOf(text)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(why)
})

test('a byte order mark does not matter', () => {
  expect(formulaOf(`\uFEFF${timeless()}`).id).toBe(formulaOf(timeless()).id)
})

test('a text beyond the limit is refused before anything reads it', () => {
  expect(problemsOf(' '.repeat(256 * 1024 + 1))[0]).toContain('at most 262144')
  expect(problemsOf('é'.repeat(128 * 1024 + 1))[0]).toContain('at most 262144')
})
