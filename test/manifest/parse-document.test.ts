import { expect, test } from 'vitest'

import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'

test.each([
  {
    name: 'a repeated key with both places',
    text: 'a: 1\nb: 2\na: 3\n',
    problems: [['the key "a" stands here again, after line 1, column 1', 10]],
  },
  {
    name: 'a repeated key that is the same only to kubectl',
    text: 'y: 1\non: 2\n',
    problems: [['the key "true" stands here again, after line 1, column 1', 5]],
  },
  {
    name: 'a repeated key in JSON',
    text: '{"a":1,\n"a":2}',
    problems: [['the key "a" stands here again, after line 1, column 2', 8]],
  },
  {
    name: 'a tab as indentation',
    text: 'a:\n\tb: 1\n',
    problems: [['tabs are not allowed as indentation', 3]],
  },
  {
    name: 'an unknown anchor',
    text: 'a: *x\n',
    problems: [['the alias "*x" has no anchor before it', 3]],
  },
  {
    name: 'an alias inside its own node',
    text: 'a: &x [*x]\n',
    problems: [['the alias "*x" stands inside the node it names', 7]],
  },
  {
    name: 'a key that is no scalar',
    text: '[a]: 1\n',
    problems: [['a key must be a string', 0]],
  },
  {
    name: 'an infinite number',
    text: 'a: .inf\n',
    problems: [['.inf is not a number that JSON has', 3]],
  },
  {
    name: 'a merge of something else than a map',
    text: 'a: {<<: 1}\n',
    problems: [['only maps can be merged with <<', 8]],
  },
  {
    name: 'a second document',
    text: 'a: 1\n---\nb: 1\n',
    problems: [['a second document starts here', 5]],
  },
  {
    name: 'several at once',
    text: 'a: *x\nb: .nan\nb: 1\n',
    problems: [
      ['the alias "*x" has no anchor before it', 3],
      ['.nan is not a number that JSON has', 9],
      ['the key "b" stands here again, after line 2, column 1', 14],
    ],
  },
])('reports $name', ({ text, problems }) => {
  const found = parseDocuments(text).flatMap((each) => each.problems)
  expect(found.map(({ message, offset }) => [message, offset])).toEqual(problems)
})

test('reports aliases that multiply beyond measure before resolving them', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 30; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  expect(
    parseDocuments(lines.join('\n'))[0]?.problems.map(({ message }) => message),
  ).toEqual(['with its aliases resolved the document has more than 1000000 values'])
})

const deep = 'more than 200 collections within each other'

test.each([
  ['block lists', '- '.repeat(100_000) + 'a', 400],
  ['flow lists', '['.repeat(100_000) + ']'.repeat(100_000), 200],
  ['unclosed flow lists', '['.repeat(100_000), 200],
  ['flow maps', 'a: ' + '{a: '.repeat(100_000), 799],
  ['maps in lists', '[{a: '.repeat(100_000), 500],
  ['complex keys', '? '.repeat(100_000) + 'a', 400],
  ['block maps', indented(3000, 'a:'), 20_700],
  ['JSON', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 1000],
])('%s within each other beyond measure are one problem', (_name, text, offset) => {
  const problems = [{ message: deep, offset }]
  expect(parseDocuments(text)[0]?.problems).toEqual(problems)
  expect(readYamlText(text).problems).toEqual(problems)
})

test.each([
  ['lists', 'a0: &a0 [x]\n', (i: number) => `a${i}: &a${i} [*a${i - 1}]\n`],
  ['merges', 'a0: &a0 {x: 1}\n', (i: number) => `a${i}: &a${i} {<<: *a${i - 1}}\n`],
])('%s that only aliases make too deep are a problem', (_name, first, line) => {
  const text = (lines: number) =>
    first + Array.from({ length: lines }, (_, i) => line(i + 1)).join('')
  for (const { problems } of [
    parseDocuments(text(20_000))[0],
    readYamlText(text(3_000)),
  ].map((each) => ({ problems: each?.problems }))) {
    expect(new Set(problems?.map(({ message }) => message))).toEqual(new Set([deep]))
  }
})

test('200 collections within each other are read', () => {
  for (const text of ['['.repeat(200) + ']'.repeat(200), '- '.repeat(200) + 'a']) {
    expect(parseDocuments(text)[0]?.problems).toEqual([])
  }
})

test('brackets and dashes in strings and comments are no nesting', () => {
  const many = '[{- '.repeat(1000)
  const text = `a: "${many}"\nb: |\n  ${many}\nc: x${many} # ${many}\n`
  expect(parseDocuments(text)[0]?.value).toEqual({
    a: many,
    b: `${many}\n`,
    c: `x${many}`.trim(),
  })
})

function indented(levels: number, text: string): string {
  return Array.from({ length: levels }, (_, i) => ' '.repeat(i) + text).join('\n')
}

test.each([
  ['a: x\0y', 4, 'control character U+0000'],
  ['a: "\u0001"', 4, 'control character U+0001'],
  ['a: 1 # \u001b[0m', 7, 'control character U+001B'],
  ['a: \u007f', 3, 'control character U+007F'],
  ['a: \u009f', 3, 'control character U+009F'],
  ['a: \ufffe', 3, 'character U+FFFE'],
  ['a: \uffff', 3, 'character U+FFFF'],
  ['a: x\ud83d', 4, 'character U+D83D'],
  ['{"a": "\u0001"}', 7, 'control character U+0001'],
])('%j is refused as by kubectl for the character at %i', (text, offset, what) => {
  const problems = [{ message: `the ${what} is not allowed in YAML`, offset }]
  expect(parseDocuments(text)[0]?.problems).toEqual(problems)
  expect(readYamlText(text).problems).toEqual(problems)
})

test('all characters that kubectl takes are read', () => {
  const value = '\u0020\u007e\u00a0\ud7ff\ue000\ufffd\ufeff😀\u{10ffff}'
  expect(parseDocuments(`a:\t"${value}"\r\n`)[0]?.value).toEqual({ a: value })
  expect(parseDocuments('{"a": "\u007f"}')[0]?.value).toEqual({ a: '\u007f' })
})

test('an escape may name a control character, but no half of a character', () => {
  const value = { a: '\0\u0001\ufffe\\ud83d' }
  expect(parseDocuments('a: "\\0\\x01\\uFFFE\\\\ud83d"')[0]?.value).toEqual(value)
  const problems = (text: string) =>
    parseDocuments(text)[0]?.problems.map(({ message, offset }) => [message, offset])
  expect(problems('a: "x\\ud83d"')).toEqual([
    ['the escape \\ud83d is no character in YAML', 5],
  ])
  expect(problems('"\\U0000D83D": 1')).toEqual([
    ['the escape \\U0000D83D is no character in YAML', 1],
  ])
})

test('a key that is no string is one problem, however often it stands there', () => {
  expect(parseDocuments('? [a, b]\n: 1\n? [a, b]\n: 2\n')[0]?.problems).toEqual([
    { message: 'a key must be a string', offset: 2 },
    { message: 'a key must be a string', offset: 15 },
  ])
  expect(parseDocuments('"": 1\n*x : 2\n')[0]?.problems).toEqual([
    { message: 'the alias "*x" has no anchor before it', offset: 6 },
  ])
})

test('more problems than a call can have arguments are all reported', () => {
  const json = `{${'"a":1,'.repeat(150_000)}"b":1}`.replaceAll('\n', '')
  expect(parseDocuments(json)[0]?.problems).toHaveLength(149_999)
})

test('text without a document gives none', () => {
  expect(parseDocuments('# containers ./\n')).toEqual([])
  expect(parseDocuments('')).toEqual([])
})

test('JSON values behind each other are documents of their own', () => {
  const text = '\n{"a":1}\n{"a":2} {"a":3}\n'
  const documents = parseDocuments(text)
  expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
  expect(documents.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
  expect(documents.map((each) => each.offsetOf('/a'))).toEqual([6, 14, 22])
  const patch = [{ op: 'replace', path: '/a', value: 'x' }] as const
  expect(
    documents.map((each, i) => each.splice(i === 1 ? patch : []).text).join(''),
  ).toBe('\n{"a":1}\n{"a":"x"} {"a":3}\n')
})

test('a flow mapping that is not JSON is read as YAML', () => {
  expect(parseDocuments('{a: [b], c: 0644}\n')[0]?.value).toEqual({ a: ['b'], c: 420 })
})

test('a member called __proto__ is a member', () => {
  for (const text of ['__proto__: 1\n', '{"__proto__": 1}']) {
    expect(JSON.stringify(parseDocuments(text)[0]?.value)).toBe('{"__proto__":1}')
  }
})

test.each([
  ['', 0],
  ['/a', 3],
  ['/a/0', 4],
  ['/b/c', 17],
  ['/d', 23],
  ['/d/c', 17],
  ['/e/c', 17],
  ['/f/x~1y', 47],
])('finds the value at %j', (pointer, offset) => {
  const text = 'a: [1]\nb: &b {c: 2}\nd: *b\ne: {<<: *b}\nf: {x/y: 1}\n'
  expect(parseDocuments(text)[0]?.offsetOf(pointer)).toBe(offset)
})

test('finds nothing at a pointer to nowhere', () => {
  expect(parseDocuments('a: [1]\n')[0]?.offsetOf('/a/1/b')).toBeUndefined()
  expect(parseDocuments('a: [1]\n')[0]?.offsetOf('/b')).toBeUndefined()
})

test('an operation that does not fit is a bug of its maker', () => {
  const [document] = parseDocuments('a: [1]\n')
  for (const path of ['/b', '/a/1', '/a/x', '/a/0/y', '']) {
    expect(() => document?.splice([{ op: 'remove', path }])).toThrow(
      'no place in the document',
    )
  }
})
