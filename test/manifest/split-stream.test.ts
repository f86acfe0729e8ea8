import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { splitStream } from '../../src/manifest/split-stream.ts'

const rows: { name: string; parts: string[] }[] = [
  { name: 'a stream without markers is one segment', parts: ['a: 1\nb: 2\n'] },
  { name: 'a marker starts a segment', parts: ['a: 1\n', '---\nb: 2\n'] },
  {
    name: 'the first marker starts no second segment',
    parts: ['---\na: 1\n', '---\nb: 2'],
  },
  {
    name: 'comments before the first marker belong to it',
    parts: ['# c\n\n---\na: 1\n'],
  },
  {
    name: 'directives belong to the document below',
    parts: ['%YAML 1.2\n---\na: 1\n', '---\nb\n'],
  },
  {
    name: 'comments at the end of a document stay with it',
    parts: ['a: 1\n# c\n', '---\nb: 2\n'],
  },
  {
    name: 'an end marker ends a segment',
    parts: ['a: 1\n... # end\n', '# c\n%TAG ! !\n---\nb: 2\n'],
  },
  {
    name: 'a document may follow an end marker bare',
    parts: ['a: 1\n...\n', 'b: 2\n', '---\nc: 3\n'],
  },
  {
    name: 'a marker counts inside a block scalar',
    parts: ['a: |\n  x\n', '---\nb: 2\n'],
  },
  { name: 'an indented marker does not count', parts: ['a: |\n  x\n  ---\n  ...\n'] },
  { name: 'a longer line of dashes does not count', parts: ['a: 1\n----\n---x\n....\n'] },
  { name: 'a marker may carry content', parts: ['--- {a: 1}\n', '---\t# c\nb: 2\n'] },
  {
    name: 'line ends may be CRLF',
    parts: ['a: 1\r\n', '---\r\nb: 2\r\n...\r\n', 'c: 3\r\n'],
  },
  {
    name: 'a byte order mark is part of the first segment',
    parts: ['\ufeff---\na: 1\n', '---\nb\n'],
  },
  { name: 'a marker may end the stream', parts: ['a: 1\n', '---'] },
  { name: 'markers may follow each other', parts: ['---\n', '---\n', '---\n'] },
  { name: 'end markers may follow each other', parts: ['...\n', '...\n'] },
  { name: 'an empty stream has no segment', parts: [] },
]

test.each(rows)('$name', ({ parts }) => {
  const stream = Buffer.from(parts.join(''))
  const found = splitStream(stream).map(({ start, end }) =>
    stream.toString('utf8', start, end),
  )
  expect(found).toEqual(parts)
})

const line = fc.constantFrom(
  '---',
  '...',
  '--- x',
  '# c',
  '%YAML 1.2',
  'a: 1',
  ' ---',
  '----',
  '',
  '\ufeff',
  'é: |',
  '  x ./y',
)
const eol = fc.constantFrom('\n', '\n', '\r\n', '')
export const stream = fc
  .array(fc.tuple(line, eol))
  .map((lines) => Buffer.from(lines.map((parts) => parts.join('')).join('')))

test('segments tile the stream', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      let at = 0
      for (const { start, end } of splitStream(bytes)) {
        expect(start).toBe(at)
        expect(end).toBeGreaterThan(start)
        at = end
      }
      expect(at).toBe(bytes.length)
    }),
  )
})
