import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterShown, beforeStream, plainLines } from '../../src/run/session-text.ts'

test('lines of logs and of terminals are the same without carriage returns', () => {
  expect(plainLines('one\r\ntwo\r\r\n10 %\r20 %\r')).toBe('one\ntwo\n10 %\r20 %')
})

describe('what was written before the stream', () => {
  test.each([
    ['is all of the log when nothing has come', 'one\ntwo\n', '', 'one\ntwo\n'],
    ['is all of the log when the stream goes on behind it', 'one\n', 'two\n', 'one\n'],
    ['ends where the stream begins', 'one\ntwo\nthree\n', 'two\nthree\n$ ', 'one\n'],
    ['ends inside of a line', 'one\ntwo\n', 'wo\n$ ', 'one\nt'],
    ['is nothing when the stream has all', 'one\ntwo\n', 'one\ntwo\n$ ', ''],
    [
      'ends where the stream begins, when more of the log has come',
      'one\ntwo\nthree\n',
      'two\n',
      'one\n',
    ],
    ['is not cut by an empty line that both have', 'one\n\n', '\n$ ', 'one\n\n'],
    ['is not cut by a piece that the log has anywhere', 'a\nb\na\n', 'a', 'a\nb\na\n'],
    ['is nothing where there is no log', '', '$ ', ''],
  ])('%s', (_, log, stream, before) => {
    expect(beforeStream(log, stream)).toBe(before)
  })

  test('and the stream are what was written, wherever it begins', () => {
    const lines = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 40 })
    const shares = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat())
    fc.assert(
      fc.property(lines, shares, (words, [share, more]) => {
        // Lines that are told apart, as those of most programs.
        const all = words.map((word, i) => `${i} ${word}\n`).join('')
        const written = `${all}$ `
        const log = all.slice(0, all.lastIndexOf('\n', more % (all.length + 1)) + 1)
        const start = Math.floor(share * log.length)
        fc.pre(/\S/.test(log.slice(start)) || start === log.length)
        const stream = written.slice(start)
        expect(beforeStream(log, stream) + stream).toBe(written)
      }),
    )
  })
})

describe('what was not shown yet', () => {
  test.each([
    ['comes after what was shown last', 'one\ntwo\nthree\n', 'one\ntwo\n', 'three\n'],
    ['is nothing when all was shown', 'one\ntwo\n', 'one\ntwo\n$ ', ''],
    ['goes on in an open line', '$ make\nall\n', 'x\n$ make\na', 'll\n'],
    ['goes on in the first line', 'one\n', 'on', 'e\n'],
    [
      'stands below a line that was drawn over',
      'x\n$ ls\nfile\n',
      'x\n> l',
      '\n$ ls\nfile\n',
    ],
    [
      'is told by the lines before one that repeats',
      'a\ntick\nb\ntick\nc\ntick\n',
      'a\ntick\n',
      'b\ntick\nc\ntick\n',
    ],
    ['is told although the log has forgotten its beginning', 'b\nc\n', 'a\nb\n', 'c\n'],
    ['cannot be told when the log has nothing of it', 'x\ny\n', 'a\nb\n', undefined],
  ])('%s', (_, log, shown, rest) => {
    expect(afterShown(log, shown)).toBe(rest)
  })
})

test('the longest common part is found, however often its letters come again', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 30 })
  fc.assert(
    fc.property(letters, letters, (log, stream) => {
      let common = Math.min(log.length, stream.length)
      while (!stream.startsWith(log.slice(log.length - common))) common--
      fc.pre(common > 0)
      expect(beforeStream(log, stream)).toBe(log.slice(0, log.length - common))
    }),
  )
  const many = 'y'.repeat(1 << 20)
  expect(beforeStream(`x${many}\n`, many)).toBe(`x${many}\n`)
})
