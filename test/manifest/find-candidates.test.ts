import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  findCandidates,
  findFormulaObjects,
  maxDocumentSize,
} from '../../src/manifest/find-candidates.ts'
import { splitStream } from '../../src/manifest/split-stream.ts'

const texts = (input: string): string[] =>
  [...findCandidates(Buffer.from(input))].map(({ text }) => text)

const pod = (image: string): string => `spec:\n  containers:\n  - image: ${image}\n`

describe('a segment is a candidate', () => {
  test.each([
    './a.formula',
    '../a.formula',
    'repeatr:0/web',
    '"./a"',
    "'../a'",
    '"repeatr:0\\/web"',
    '"\\x2e/a"',
    '"\\u002e/a"',
    '"\\U0000002e/a"',
    '".\\\n  /a"',
    '".\\\r\n  /a"',
    '|-\n      ./a',
    '&x ./a',
    '!!str ./a',
    '!!binary Li9h',
    '!<tag:yaml.org,2002:binary> Li9h',
  ])('with the image %s', (image) => {
    expect(texts(pod(image))).toEqual([pod(image)])
  })

  test('with the image in JSON', () => {
    const json = '{"spec":{"containers":[{"image":"./x"}]}}'
    expect(texts(json)).toEqual([json])
  })

  test('with a key in disguise', () => {
    const text = 'spec:\n  "c\\x6fnt\\u0061iners":\n  - image: ./x\n'
    expect(texts(text)).toEqual([text])
  })
})

describe('a segment is no candidate', () => {
  test.each([
    'nginx',
    'docker.io/library/nginx:1.2',
    'a/../b',
    'repeatr:1/web',
    'https://x/./y',
  ])('with the image %s', (image) => {
    expect(texts(pod(image))).toEqual([])
  })

  test('without a word that could be a list of containers', () => {
    expect(texts('data:\n  a: ./configure\n')).toEqual([])
  })

  test('when reference and containers are in different documents', () => {
    expect(texts(`data: ./x\n---\n${pod('nginx')}---\ndata: ./x\n`)).toEqual([])
  })
})

test('candidates come with their place and text', () => {
  const plain = `# é\n${pod('nginx')}`
  const input = Buffer.from(`${plain}---\n${pod('./é')}...\n${pod('b')}`)
  const start = Buffer.byteLength(plain)
  const text = `---\n${pod('./é')}...\n`
  expect([...findCandidates(input)]).toEqual([
    { start, end: start + Buffer.byteLength(text), text, problem: undefined },
  ])
  expect(input.subarray(0, start).toString().split('\n')).toHaveLength(5)
})

test('comments and directives above the marker come along', () => {
  const first = '# ./x\n%YAML 1.2\n---\n' + pod('./a')
  const second = '# ./x\n---\n' + pod('./b')
  expect(texts(`${first}...\n${second}`)).toEqual([`${first}...\n`, second])
})

test('invalid UTF-8 in a candidate is a problem', () => {
  const input = Buffer.concat([Buffer.from(pod('./a')), Buffer.from([0xff])])
  expect([...findCandidates(input)].map(({ problem }) => problem?.message)).toEqual([
    'the text is not valid UTF-8',
  ])
})

test('invalid UTF-8 elsewhere is none', () => {
  const input = Buffer.concat([
    Buffer.from([0x61, 0xff, 0x0a]),
    Buffer.from(`---\n${pod('./a')}`),
  ])
  expect([...findCandidates(input)].map(({ problem }) => problem)).toEqual([undefined])
})

test.each(['utf16le', 'utf16be'])('%s is a problem that says to convert', (encoding) => {
  const input = Buffer.from(`\ufeff${pod('./a')}`, 'utf16le')
  if (encoding === 'utf16be') input.swap16()
  expect([...findCandidates(input)].map(({ problem }) => problem?.message)).toEqual([
    'the text is UTF-16; convert it to UTF-8 first',
  ])
})

test('objects of our own group are found', () => {
  const ours = 'apiVersion: r2k8s.io/v1\nkind: Formula\n'
  const found = [...findFormulaObjects(Buffer.from(`a: 1\n---\n${ours}---\nb: 2\n`))]
  expect(found.map(({ text }) => text)).toEqual([`---\n${ours}`])
})

const piece = fc.constantFrom(
  '---\n',
  '...\n',
  'containers:\n',
  '- image: ./x\n',
  '- image: repeatr:0/x\n',
  'a: 1\n',
  '# c\n',
  '%YAML 1.2\n',
  ' ---\n',
  '- "\\x2e"\n',
  '\n',
)

test('candidates are the segments that hold a value and a key', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const stream = Buffer.from(pieces.join(''))
      const wanted = splitStream(stream)
        .map(({ start, end }) => stream.toString('utf8', start, end))
        .filter((text) => /\.\/|repeatr:0\/|\\x/.test(text) && /ontainers|\\x/.test(text))
      expect([...findCandidates(stream)].map(({ text }) => text)).toEqual(wanted)
    }),
    { numRuns: 2000 },
  )
})

test('a document above the limit is a problem with its size, and is not decoded', () => {
  const start = pod('./a').length + 4
  const fill = maxDocumentSize - pod('./b').length - '---\n#\n'.length
  const stream = (more: number): Buffer =>
    Buffer.from(`${pod('./a')}\n---\n${pod('./b')}#${'x'.repeat(fill + more)}\n`)
  expect([...findCandidates(stream(0))].map(({ problem }) => problem)).toEqual([
    undefined,
    undefined,
  ])
  const [, large] = [...findCandidates(stream(1))]
  expect(large).toEqual({
    start: start - 3,
    end: start - 3 + maxDocumentSize + 1,
    text: '',
    problem: {
      message: 'the document has 8388609 bytes, and 8388608 (8 MiB) are the limit',
      offset: 0,
    },
  })
})

test('a JSON stream above the limit is a problem', () => {
  const json = '{"kind":"List","items":["./a","containers"]}\n'.repeat(200_000)
  const [{ problem, text } = {}] = [...findCandidates(Buffer.from(json))]
  expect(problem?.message).toMatch(/^the document has \d+ bytes/)
  expect(text).toBe('')
})
