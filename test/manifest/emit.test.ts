import fc from 'fast-check'
import { expect, test } from 'vitest'

import { emitScalar } from '../../src/manifest/emit-scalar.ts'
import { emitBlock, emitFlow, emitJsonLines } from '../../src/manifest/emit.ts'
import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { newValue } from './styled-manifest.ts'

test.each([
  ['web', 'web'],
  ['a b', 'a b'],
  ['/bin/sh', '/bin/sh'],
  ['./x', './x'],
  ['nginx:1.27', 'nginx:1.27'],
  ['500m', '500m'],
  ['128Mi', '128Mi'],
  ['a@sha256:0f', 'a@sha256:0f'],
  ['', "''"],
  ['yes', "'yes'"],
  ['ON', "'ON'"],
  ['y', "'y'"],
  ['null', "'null'"],
  ['~', "'~'"],
  ['1e3', "'1e3'"],
  ['0x1', "'0x1'"],
  ['0644', "'0644'"],
  ['12:30', "'12:30'"],
  ['2001-01-01', "'2001-01-01'"],
  ['.inf', "'.inf'"],
  ['=', "'='"],
  ['<<', "'<<'"],
  [' a', "' a'"],
  ['a ', "'a '"],
  ['a: b', "'a: b'"],
  ['a:', "'a:'"],
  ['a #b', "'a #b'"],
  ['#a', "'#a'"],
  ['---', "'---'"],
  ['- a', "'- a'"],
  ['--x', "'--x'"],
  ["it's", "'it''s'"],
  ['{"a":1}', `'{"a":1}'`],
  ['a,b', "'a,b'"],
  ['*a', "'*a'"],
  ['a\nb', '"a\\nb"'],
  ['a\tb', '"a\\tb"'],
  ['\u0085', '"\\u0085"'],
  ['\u2028', '"\\u2028"'],
  ['\ufeff', '"\\ufeff"'],
  ['\u007f', '"\\u007f"'],
  ['é', "'é'"],
  ['😀', "'😀'"],
])('writes %j as %s', (value, text) => {
  expect(emitScalar(value)).toBe(text)
})

const style = { step: 2, listOffset: 0 }

test('block style nests maps and lists compactly', () => {
  const value = { a: [{ b: 1, c: { d: null } }, [1, [2]], {}, []], e: {}, f: [] }
  expect(emitBlock(value, style)).toEqual([
    'a:',
    '- b: 1',
    '  c:',
    '    d: null',
    '- - 1',
    '  - - 2',
    '- {}',
    '- []',
    'e: {}',
    'f: []',
  ])
  expect(emitBlock({ a: [['b']] }, { step: 4, listOffset: 2 })).toEqual(['a:', '  - - b'])
})

test('block style writes short lists and items without nested parts on one line', () => {
  const long = 'x'.repeat(80)
  expect(
    emitBlock(
      { a: ['b', 1], c: [{ d: 'e', f: {} }], g: [long], h: [{ i: long, j: long }] },
      style,
    ),
  ).toEqual([
    'a: [b, 1]',
    'c:',
    '- {d: e, f: {}}',
    'g:',
    `- ${long}`,
    'h:',
    `- i: ${long}`,
    `  j: ${long}`,
  ])
})

test('flow style is YAML or JSON', () => {
  const value = { a: ['b', 'yes'], c: { d: true } }
  expect(emitFlow(value, { quotes: 'any', compact: false, json: false })).toBe(
    "{a: [b, 'yes'], c: {d: true}}",
  )
  expect(emitFlow(value, { quotes: 'double', compact: true, json: true })).toBe(
    JSON.stringify(value),
  )
})

test('JSON over several lines is that of JSON.stringify', () => {
  const value = { a: ['b', {}, { x: [] }], c: { d: true } }
  expect(emitJsonLines(value, '', '  ')).toBe(JSON.stringify(value, null, 2))
})

test('a key too long for a simple key is written with ?', () => {
  const key = 'k'.repeat(1100)
  for (const value of [1, [1], { a: [1] }]) {
    const text = emitBlock({ [key]: value }, style).join('\n')
    expect(parseDocuments(text)[0]?.value).toEqual({ [key]: value })
    const flow = emitFlow(
      { [key]: value },
      { quotes: 'any', compact: false, json: false },
    )
    expect(parseDocuments(`x: ${flow}`)[0]?.value).toEqual({ x: { [key]: value } })
  }
})

test('every value reads as itself in every style', () => {
  const steps = fc.integer({ min: 1, max: 4 })
  const offsets = fc.integer({ min: 0, max: 4 })
  fc.assert(
    fc.property(newValue, steps, offsets, (v, step, listOffset) => {
      // Without negative zero, which JSON text does not have either.
      const wanted: unknown = JSON.parse(JSON.stringify({ v }))
      const block = emitBlock({ v }, { step, listOffset }).join('\n')
      expect(parseDocuments(block)[0]?.value).toEqual(wanted)
      const flow = emitFlow(v, { quotes: 'any', compact: false, json: false })
      expect(parseDocuments(`v: ${flow}\n`)[0]?.value).toEqual(wanted)
    }),
    { numRuns: 1000 },
  )
})
