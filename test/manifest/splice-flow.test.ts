// Byte-exact rows for flow style and JSON.

import { expect, test } from 'vitest'

import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { add, remove, replace, testSpliceRows } from './splice-row.ts'

testSpliceRows([
  {
    name: 'of a list that replaces another, both ends stay',
    text: 'l: [a,  b,c,   d]\n',
    patch: [replace('/l', ['a', 'x', 'd'])],
    wanted: 'l: [a, x,  d]\n',
  },
  {
    name: 'flow collections grow in flow style',
    text: 'a: {b: 1, c: [1,2]} # c\n',
    patch: [add('/a/d', 'yes'), add('/a/c/0', 'x'), add('/a/c/-', { p: null })],
    wanted: "a: {b: 1, c: [x, 1,2, {p: null}], d: 'yes'} # c\n",
  },
  {
    name: 'flow collections shrink',
    text: 'a: {b: 1, c: 2, d: 3}\nl: [1, 2, 3]\n',
    patch: [remove('/a/c'), remove('/a/d'), remove('/l/0')],
    wanted: 'a: {b: 1}\nl: [2, 3]\n',
  },
  {
    name: 'a trailing comma stays',
    text: 'a: [1, 2,]\n',
    patch: [add('/a/-', 3)],
    wanted: 'a: [1, 2, 3,]\n',
  },
  {
    name: 'an empty flow map inside flow stays flow',
    text: 'a: {b: {}}\n',
    patch: [add('/a/b/c', 1)],
    wanted: 'a: {b: {c: 1}}\n',
  },
  {
    name: 'flow over several lines grows by lines',
    text: 'a: [\n  1, # one\n  2 # two\n]\nb: {\n  c: 1,\n}\n',
    patch: [add('/a/-', 3), add('/a/1', 'x'), add('/b/d', 2)],
    wanted: 'a: [\n  1, # one\n  x,\n  2, # two\n  3\n]\nb: {\n  c: 1,\n  d: 2,\n}\n',
  },
  {
    name: 'flow over several lines shrinks by lines',
    text: 'a: [\n  1, # one\n  2, # two\n  3\n]\n',
    patch: [remove('/a/2'), remove('/a/0')],
    wanted: 'a: [\n  2 # two\n]\n',
  },
  {
    name: 'JSON in YAML stays JSON',
    text: 'a: {"b": 1}\n',
    patch: [add('/a/c', { d: 'e' })],
    wanted: 'a: {"b": 1, "c": {"d": "e"}}\n',
  },
  {
    name: 'a pair in a flow list becomes a map when it grows',
    text: 'a: [b: 1, c]\n',
    patch: [add('/a/0/d', 2)],
    wanted: 'a: [{b: 1, d: 2}, c]\n',
  },
  {
    name: 'a flow key without a value gets one',
    text: 'a: {b, c}\n',
    patch: [replace('/a/b', 1)],
    wanted: 'a:\n  b: 1\n  c: null\n',
  },
  {
    name: 'an explicit key may get a value',
    text: '? a\n? b\n: 1\nc: 2\n',
    patch: [replace('/b', [2]), add('/d', 3)],
    wanted: '? a\n? b\n:\n  - 2\nc: 2\nd: 3\n',
  },
  {
    name: 'compact JSON stays compact',
    text: '{"a":1,"b":[1]}',
    patch: [add('/c', { d: '\u2028' }), add('/b/0', 'x'), remove('/a')],
    wanted: '{"b":["x",1],"c":{"d":"\\u2028"}}',
  },
  {
    name: 'JSON of one line with spaces keeps its spaces',
    text: '{"a": 1, "b": [1, 2]}\n',
    patch: [add('/c', { d: 1, e: [1] }), remove('/b/1')],
    wanted: '{"a": 1, "b": [1], "c": {"d": 1, "e": [1]}}\n',
  },
  {
    name: 'pretty JSON stays pretty',
    text: '{\n   "a": 1,\n   "b": {\n      "c": []\n   }\n}\n',
    patch: [add('/b/c/-', { x: 1 }), add('/d', { e: [1] }), remove('/a')],
    wanted:
      '{\n   "b": {\n      "c": [\n         {\n            "x": 1\n         }\n      ]\n   },\n   "d": {\n      "e": [\n         1\n      ]\n   }\n}\n',
  },
  {
    name: 'pretty JSON with CRLF stays so',
    text: '{\r\n\t"a": 1\r\n}\r\n',
    patch: [add('/b', { c: 1 })],
    wanted: '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 1\r\n\t}\r\n}\r\n',
  },
])

test('an item is added to a line of 80,000 without a walk along the line for each', () => {
  const items = Array.from({ length: 80_000 }, (_, i) => `{name: E${i}, value: x}`)
  const text = `image: ./x\nenv: [${items.join(', ')}]\n`
  const [document] = parseDocuments(text)
  const spliced = document?.splice([add('/env/0', 'first'), replace('/image', 'z')])
  // Walking, the splice took more than 20 s, and so did the test; without, it is about 0.1 s.
  expect(spliced?.text).toBe(
    text.replace('[', '[first, ').replace('image: ./x', 'image: z'),
  )
}, 60_000)
