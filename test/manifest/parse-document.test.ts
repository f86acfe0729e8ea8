import { expect, test } from 'vitest'

import { parseDocuments } from '../../src/manifest/parse-document.ts'

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

test.each([
  ['block lists', '- '.repeat(5000) + 'a'],
  ['flow lists', '['.repeat(5000) + ']'.repeat(5000)],
  ['JSON', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000)],
])('reports %s within each other beyond measure', (_name, text) => {
  expect(parseDocuments(text)[0]?.problems).not.toEqual([])
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
