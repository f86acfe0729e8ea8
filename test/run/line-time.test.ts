import { expect, test } from 'vitest'
import { createTimeReader } from '../../src/run/line-time.ts'

const read = (text: string) => createTimeReader()(Buffer.from(text), 0)
const second = Date.parse('2026-01-01T10:00:00Z') / 1000

test.each([
  ['nanoseconds', '2026-01-01T10:00:00.123456789Z x', 0, 123_456_789],
  ['nanoseconds with zeros in front', '2026-01-01T10:00:00.000000001Z x', 0, 1],
  ['fewer digits', '2026-01-01T10:00:00.5Z x', 0, 500_000_000],
  ['more digits', '2026-01-01T10:00:00.1234567891Z x', 0, 123_456_789],
  ['no digits', '2026-01-01T10:00:00Z x', 0, 0],
  ['an empty line', '2026-01-01T10:00:00.5Z ', 0, 500_000_000],
  ['east of Greenwich', '2026-01-01T10:00:00.5+02:00 x', -7200, 500_000_000],
  ['half an hour off', '2026-01-01T10:00:00.5+05:30 x', -19_800, 500_000_000],
  ['west of Greenwich', '2026-01-01T10:00:00-08:00 x', 28_800, 0],
  ['Greenwich, in digits', '2026-01-01T10:00:00.5+00:00 x', 0, 500_000_000],
])('a time is read: %s', (_, text, away, nanos) => {
  const length = text.indexOf(' ') + 1
  expect(read(text)).toEqual({ second: second + away, nanos, length })
})

test.each([
  ['words', 'unable to retrieve container logs for containerd://4f1c'],
  ['words that are longer than a time', 'failed to watch the file of the log'],
  ['nothing', ''],
  ['a line break', '\n'],
  ['a part of a time', '2026-01-01T10:00:0'],
  ['a time without a space', '2026-01-01T10:00:00.123456789Z'],
  ['a day without a time', '2026-01-01 10:00:00.123456789Z x'],
  ['a month that is none', '2026-13-01T10:00:00Z x'],
  ['no zone', '2026-01-01T10:00:00.123 x'],
  ['a zone that is none', '2026-01-01T10:00:00.123+2:00 x'],
  ['a zone of letters', '2026-01-01T10:00:00.123+ab:cd x'],
  ['a zone with a tail', '2026-01-01T10:00:00.123+02:000 x'],
  ['digits in the place of a time', '12345678901234567890Z x'],
])('no time stands in %s', (_, text) => {
  expect(read(text)).toBeUndefined()
})

test('a time is read in the middle of a buffer, after others and after what is none', () => {
  const text = [
    '2026-01-01T10:00:00.5Z a',
    'failed to open the log file',
    '2026-01-01T10:00:00.6Z b',
    '2026-01-01T10:00:59.6Z c',
    '2026-01-01T10:00:00.6+02:00 d',
  ].join('\n')
  const readTime = createTimeReader()
  const bytes = Buffer.from(text)
  const starts = text.split('\n').map((part) => text.indexOf(part))
  const found = starts.map((at) => readTime(bytes, at))
  expect(found.map((time) => time && time.second - second)).toEqual([
    ...[0, undefined, 0, 59, -7200],
  ])
})
