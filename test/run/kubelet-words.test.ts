import { describe, expect, test } from 'vitest'
import { firstSecond, line } from './kubelet-log.ts'
import { openLog, readAll, startReading } from './readings.ts'

describe('what the kubelet says', () => {
  const words = 'unable to retrieve container logs for containerd://4f1c'
  const short = 'rpc error'

  test.each([words, short])('is a line of its own: %s', (said) => {
    const entries = [line(1, 'a')]
    const reading = startReading()
    openLog(reading, { entries, words: said })
    reading.log.end()
    expect(reading.printed.lines).toEqual(['a', said])
    expect(reading.printed.seconds).toEqual([firstSecond + 1, firstSecond + 1])
  })

  test('has the time of now where no line came before', () => {
    const reading = startReading()
    openLog(reading, { entries: [], words })
    reading.log.end()
    expect(reading.printed.lines).toEqual([words])
    expect(reading.printed.seconds).toEqual([firstSecond + 60])
  })

  test.each([words, short])('comes once, however often it is said: %s', (said) => {
    const entries = [line(1, 'a')]
    const opening = { entries, words: said }
    expect(readAll(opening, opening, opening)).toEqual(['a', said])
    const none = { entries: [], words: said }
    expect(readAll(none, none, { entries })).toEqual([said, 'a'])
  })

  test('behind what was read before is told when the next stream is opened', () => {
    const reading = startReading()
    const entries = [line(1, 'a')]
    for (const said of ['', words, '']) openLog(reading, { entries, words: said })
    expect(reading.printed.lines).toEqual(['a', words])
  })

  test('is said again at the end, as the rest of the log is missing', () => {
    const entries = [line(1, 'a')]
    const lines = readAll({ entries, words }, { entries }, { entries: [], words })
    expect(lines).toEqual(['a', words])
    const more = { entries: [...entries, line(2, 'b')] }
    expect(readAll({ entries, words }, more, { entries: [], words })).toEqual([
      ...['a', words, 'b', words],
    ])
  })

  test('is nothing new, so that nobody asks again without a break', () => {
    const reading = startReading()
    openLog(reading, { entries: [line(1, 'a')], words })
    expect(openLog(reading, { entries: [line(1, 'a')], words })).toBe(false)
  })

  test('is no gap, and no part of the line that is read after it', () => {
    const entries = [line(1, 'a'), line(1.5, 'b')]
    const before = { entries: entries.slice(0, 1), words }
    expect(readAll(before, { entries })).toEqual(['a', words, 'b'])
  })

  test('does not end the line that goes on', () => {
    const entries = [line(1, 'a'), line(1.5, 'goes on')]
    const openings = [{ entries, cut: 32 + 35 }, { entries: [], words }, { entries }]
    expect(readAll(...openings)).toEqual(['a', 'goes on'])
  })
})

test('a log without times comes out as it is', () => {
  const reading = startReading()
  const text = `one\ntwo\n${'x'.repeat(5000)}\nthree`
  reading.log.reopen()
  for (const each of text.match(/[^]{1,700}/g) ?? []) reading.log.add(Buffer.from(each))
  reading.log.end()
  expect(reading.printed.lines).toEqual(text.split('\n'))
})
