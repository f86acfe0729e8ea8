import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJsonText, type JsonTolerance } from '../../src/json-text.ts'
import { isObject, type JsonValue } from '../../src/json.ts'
import type { Located } from '../../src/located.ts'

/** Back to a plain value; of a repeated key the last one counts, as for JSON.parse. */
function plain(node: Located): JsonValue {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'array') return node.items.map(plain)
  return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]))
}

function read(text: string, tolerance?: JsonTolerance): JsonValue | undefined {
  const { value } = readJsonText(text, tolerance)
  return value && plain(value)
}

describe('without tolerance', () => {
  test('every value that JSON can print is read', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent)
        expect(read(pretty)).toEqual(JSON.parse(pretty))
      }),
    )
  })

  test.each([
    [String.raw`"\ud800"`, '\ufffd'],
    [String.raw`"\udc00"`, '\ufffd'],
    [String.raw`"\ud800\ud83d\ude00"`, '\ufffd😀'],
    [String.raw`"\ude00\ud83d"`, '\ufffd\ufffd'],
    [String.raw`"\ud83dA\ude00"`, '\ufffdA\ufffd'],
    [String.raw`"\ud83d\n\u0041"`, '\ufffd\nA'],
    [String.raw`"\uD83D\uDE00"`, '😀'],
    [String.raw`{"\ud800": 1}`, { '\ufffd': 1 }],
  ])('half a surrogate pair in %s becomes U+FFFD, as in Go', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('a damaged text is refused exactly when JSON.parse refuses it', () => {
    const damage = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', '0', '\\', ' '),
    )
    fc.assert(
      fc.property(damage, ([text, place, char]) => {
        const at = place % (text.length + 1)
        const damaged = text.slice(0, at) + char + text.slice(at + 1)
        const { value, problems } = readJsonText(damaged)
        expect(value === undefined).toBe(!isJson(damaged))
        expect(problems.length).toBe(value === undefined ? 1 : 0)
      }),
      { numRuns: 1000 },
    )
  })

  function isJson(text: string): boolean {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }

  test('every range holds the text of its value', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = ` ${json} `
        const { value } = readJsonText(text)
        if (value === undefined) throw new Error('unreadable')
        expectRanges(text, value)
      }),
    )
  })

  function expectRanges(text: string, node: Located): void {
    expect(read(text.slice(node.range.start, node.range.end))).toEqual(plain(node))
    if (node.kind === 'array') for (const item of node.items) expectRanges(text, item)
    if (node.kind !== 'object') return
    for (const { key, keyRange, value } of node.members) {
      expect(JSON.parse(text.slice(keyRange.start, keyRange.end))).toBe(key)
      expectRanges(text, value)
    }
  }

  test('numbers keep their text', () => {
    expect(readJsonText('1.50e2').value).toMatchObject({ value: 150, text: '1.50e2' })
  })

  test('escapes are resolved', () => {
    expect(read(String.raw`"\"\\\/\b\f\n\r\tA😀"`)).toBe('"\\/\b\f\n\r\tA😀')
  })

  test('a repeated key stays in the tree', () => {
    const { value } = readJsonText('{"a": 1, "a": 2}')
    expect(value?.kind === 'object' && value.members.map(({ key }) => key)).toEqual([
      'a',
      'a',
    ])
  })

  test('a member called __proto__ is a member', () => {
    const value = read('{"__proto__": 1}')
    expect(isObject(value) && Object.hasOwn(value, '__proto__')).toBe(true)
  })

  test.each([
    ['', 0, 'ends'],
    ['{"a" 1}', 5, '":" after a key'],
    ['{a: 1}', 1, 'a key in double quotes'],
    ['[1, 2,]', 6, 'comma'],
    ['[1 2]', 3, '"," or "]"'],
    ['"abc', 0, 'no end'],
    ['"a\nb"', 2, 'control character'],
    [String.raw`"\x"`, 1, 'escape'],
    [String.raw`"\u12g4"`, 1, 'escape'],
    ['1 2', 2, 'follows'],
    ['nul', 0, 'a value'],
    ['// x', 0, 'a value'],
  ])('%j is refused at offset %d', (text, offset, words) => {
    const { problems } = readJsonText(text)
    expect(problems).toMatchObject([{ offset }])
    expect(problems[0]?.message).toContain(words)
  })
})

test('deep nesting is a problem, not a crash', () => {
  const deep = '['.repeat(100_000)
  expect(readJsonText(deep).problems[0]?.message).toContain('more than 200')
  expect(read('[[[]]]', { maxDepth: 2 })).toEqual([[[]]])
  expect(read('[[[[]]]]', { maxDepth: 2 })).toBeUndefined()
})

describe('trailing commas', () => {
  test.each([
    ['[1,]', [1]],
    ['{"a": [1, 2, ], }', { a: [1, 2] }],
    ['["a,]", "b,}",]', ['a,]', 'b,}']],
  ])('%s is read', (text, expected) => {
    expect(read(text, { commas: 'trailing' })).toEqual(expected)
  })

  test.each(['[,]', '[1,,]', '[1 2]', '{,}', '[,1]'])('%s is refused', (text) => {
    expect(read(text, { commas: 'trailing' })).toBeUndefined()
  })
})

test.each([
  ['[,]', []],
  ['[1 2,,3,]', [1, 2, 3]],
  ['{"a":1 "b":2,,}', { a: 1, b: 2 }],
])('with loose commas %s is read', (text, expected) => {
  expect(read(text, { commas: 'loose' })).toEqual(expected)
})

test('the rest may be ignored', () => {
  expect(read('{} \u0000 garbage', { ignoreRest: true })).toEqual({})
})
