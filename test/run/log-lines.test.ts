import { describe, expect, test } from 'vitest'
import { createLogLines } from '../../src/run/log-lines.ts'
import { firstSecond, line, linesOf, part, sendLog, type Entry } from './kubelet-log.ts'
import { openLog, readAll, startReading } from './readings.ts'

const numbers = (length: number) => Array.from({ length }, (_, i) => i)

/** What is hard: a second that begins, times that are the same, streams out of order, an empty line, a long one. */
const tricky: readonly Entry[] = [
  line(0, 'one'),
  line(0.9, 'two'),
  line(0.9, 'two'),
  line(1.1, 'out'),
  line(0.95, 'err'),
  line(1.2, ''),
  part(1.3, 'begun '),
  line(2.5, 'and ended'),
  line(2.6, '2026-01-01T10:00:00Z a time'),
]

describe('a log that was cut and is read again', () => {
  const whole = sendLog(tricky)

  test.each([1, 100_000])('is whole wherever it was cut, in chunks of %i', (size) => {
    const sizes = [size]
    for (const cut of numbers(whole.length + 1)) {
      const lines = readAll({ entries: tricky, sizes, cut }, { entries: tricky, sizes })
      expect(lines, `cut at ${cut}`).toEqual(linesOf(tricky))
    }
  })

  test('is whole wherever it was cut twice', () => {
    const entries = [line(0.9, 'two'), line(0.9, 'two'), line(1.1, 'o'), line(1, 'err')]
    const all = numbers(sendLog(entries).length + 1)
    for (const [first, second] of all.flatMap((a) => all.map((b) => [a, b] as const))) {
      const cuts = [first, second, undefined]
      const lines = readAll(...cuts.map((cut) => ({ entries, cut })))
      if (lines.join('\n') === linesOf(entries).join('\n')) continue
      expect(lines, `cut at ${first} and ${second}`).toEqual(linesOf(entries))
    }
  })

  test('is read from the second on before the latest: no line is older that is to come', () => {
    const reading = startReading()
    openLog(reading, { entries: [line(10.2, 'out')] })
    openLog(reading, { entries: [line(10.2, 'out'), line(9.9, 'err')] })
    expect(reading.asked).toEqual([undefined, '2026-01-01T10:00:09Z'])
    expect(reading.printed.lines).toEqual(['out', 'err'])
  })

  test('knows a line that came late, from a second of which nothing was read', () => {
    const entries = [line(1, 'a'), line(10.1, 'b'), line(9.9, 'late'), line(10.2, 'c')]
    expect(readAll({ entries }, { entries })).toEqual(['a', 'b', 'late', 'c'])
  })

  test('is whole also with very many lines in a second', () => {
    const times = numbers(20_000).map((i) => 0.5 + i / 4000)
    const entries = times.map((time, i) => line(time, `${i}`))
    const reading = startReading()
    for (const written of [1, 3000, 3001, 9000, 20_000, 20_000])
      openLog(reading, { entries: entries.slice(0, written) })
    expect(reading.printed.lines).toEqual(linesOf(entries))
  })

  test('is not printed again from a line that began too early to be sent', () => {
    const entries = [part(1, 'building... '), line(9.1, 'done'), line(9.2, 'next')]
    const more = [...entries, line(10.1, 'x'), line(10.2, 'y'), line(10.3, 'z')]
    expect(readAll({ entries }, { entries: more }, { entries: more })).toEqual([
      ...['building... done', 'next', 'x', 'y', 'z'],
    ])
  })

  test('goes on behind a time that was set back', () => {
    const entries = [line(100, 'a'), line(100.1, 'b'), line(50, 'c')]
    const more = [...entries, line(50.1, 'd')]
    const reading = startReading()
    openLog(reading, { entries })
    openLog(reading, { entries: more })
    expect(reading.printed.lines).toContain('d')
  })

  test('is read from a time on that was set back in the line that was cut', () => {
    const reading = startReading()
    const entries = [line(100, 'a'), line(100.1, 'b'), line(20, 'half a line')]
    openLog(reading, { entries, cut: sendLog(entries).length - 3 })
    openLog(reading, { entries })
    expect(reading.asked.at(-1)).toBe('2026-01-01T10:00:20Z')
  })

  test('tells whether anything in it was new', () => {
    const reading = startReading()
    const entries = [line(1, 'a'), line(1.1, 'b')]
    expect(openLog(reading, { entries })).toBe(true)
    expect(openLog(reading, { entries })).toBe(false)
    expect(openLog(reading, { entries: [...entries, line(1.2, 'c')] })).toBe(true)
  })
})

test('a last line without a line break is a line', () => {
  expect(readAll({ entries: [line(0, 'a'), part(1, 'b')] })).toEqual(['a', 'b'])
})

test('an end in the middle of a time leaves nothing behind', () => {
  const entries = [line(0, 'a'), line(1, 'b')]
  for (const cut of numbers(32)) {
    expect(readAll({ entries, cut: 33 + cut }), `${cut}`).toEqual(['a'])
  }
})

test('an end in the middle of a line that was begun again ends it', () => {
  const entries = [line(0, 'a'), line(1, 'whole')]
  const half = { entries, cut: 33 + 31 + 3 }
  for (const cut of numbers(33 + 31 + 3)) {
    expect(readAll(half, { entries, cut }), `${cut}`).toEqual(['a', 'who'])
  }
})

test('bytes that are no text come out unchanged', () => {
  const bytes = Uint8Array.from(numbers(256)).filter((byte) => byte !== 0x0a)
  const entries = [line(0, bytes), line(1, Buffer.from([0xc3])), line(2, bytes)]
  const lines = readAll({ entries, sizes: [5] })
  expect(lines).toEqual(linesOf(entries))
})

test('times with offsets are told in Unix time, and asked for in UTC', () => {
  const reading = startReading()
  const entries = [line(1.5, 'a'), line(2.5, 'b')]
  openLog(reading, { entries, zone: 120 })
  openLog(reading, { entries: [...entries, line(2.6, 'c')], zone: 120 })
  expect(reading.asked).toEqual([undefined, '2026-01-01T10:00:01Z'])
  expect(reading.printed.lines).toEqual(['a', 'b', 'c'])
  expect(reading.printed.seconds.map((second) => second - firstSecond)).toEqual([1, 2, 2])
})

describe('a line of 20 MB', () => {
  const size = 64 * 1024
  const chunks = 320
  const head = Buffer.from('2026-01-01T10:00:00.000000001Z ')

  /** @param from in bytes of the text */
  function* send(from = 0): Generator<Buffer> {
    yield head
    for (let at = from; at < size * chunks; at += size) yield Buffer.alloc(size, 'x')
    yield Buffer.from('\n')
  }

  test('is passed on in the buffers in which it comes', () => {
    let bytes = 0
    let chunk: Uint8Array = new Uint8Array()
    const starts: number[] = []
    const log = createLogLines({
      write: (part) => {
        expect(part.bytes.buffer).toBe(chunk.buffer)
        if (part.isStart) starts.push(bytes)
        bytes += part.bytes.length
      },
    })
    log.reopen()
    for (chunk of send()) log.add(chunk)
    expect(bytes).toBe(size * chunks)
    expect(starts).toEqual([0])
  })

  test('goes on in the middle when it was cut', () => {
    let bytes = 0
    let ends = 0
    const log = createLogLines({
      write: (part) => {
        bytes += part.bytes.length
        if (part.isEnd) ends++
      },
    })
    log.reopen()
    let sent = 0
    for (const chunk of send()) if (sent++ < 200) log.add(chunk)
    log.reopen()
    for (const chunk of send()) log.add(chunk)
    expect([bytes, ends]).toEqual([size * chunks, 1])
  })
})
