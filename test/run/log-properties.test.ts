import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { line, linesOf, sendLog, type Entry } from './kubelet-log.ts'
import { openLog, readAll, startReading } from './readings.ts'

const nanos = 1_000_000_000

/** Lines of two streams, up to a second out of order; many times are the same. */
const log: fc.Arbitrary<readonly Entry[]> = fc
  .array(
    fc.record({
      step: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: nanos / 2 }) },
        { weight: 1, arbitrary: fc.integer({ min: nanos, max: 5 * nanos }) },
      ),
      late: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: nanos - 1 }) },
      ),
      text: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.uint8Array({ maxLength: 6 }).map((all) => all.filter(isNoBreak)),
        },
        { weight: 2, arbitrary: fc.constantFrom('', 'same', '2026-01-01T10:00:01.5Z x') },
        { weight: 1, arbitrary: fc.constant('long '.repeat(400)) },
      ),
      isPartial: fc.oneof(
        { weight: 4, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    let clock = nanos
    let at = 0
    return steps.map(({ step, late, text, isPartial }, i) => {
      clock += step
      const isRest = steps[i - 1]?.isPartial === true
      at = isRest ? Math.max(at, clock - late) : clock - late
      // The kubelet may send the rest of a line alone: if that looks like a time, nobody can tell.
      return { at, text: isRest && isTime(text) ? '' : text, isPartial }
    })
  })

const isTime = (text: string | Uint8Array) => text.toString().startsWith('2026')

const isNoBreak = (byte: number) => byte !== 0x0a

const chance = fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000_000)
const cuts = fc.array(
  fc.record({
    /** How much of the log is written by then. */
    written: chance,
    /** Where it breaks off, of what is sent. */
    cut: chance,
    sizes: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 }),
  }),
  { maxLength: 6 },
)
const numRuns = Number(process.env['R2K8S_TEST_RUNS'] ?? 2000)

test('every line comes once, whole and in order, whatever breaks off', () => {
  fc.assert(
    fc.property(log, cuts, fc.constantFrom(0, 120, -210), (entries, openings, zone) => {
      const reading = startReading()
      let written = 0
      for (const opening of openings) {
        const { sizes } = opening
        written = Math.max(written, Math.round(opening.written * entries.length))
        const sent = entries.slice(0, written)
        const cut = Math.round(opening.cut * (sendLog(sent, undefined, zone).length + 1))
        openLog(reading, { entries: sent, cut, sizes, zone })
      }
      openLog(reading, { entries, zone })
      reading.log.end()
      expect(reading.printed.lines).toEqual(linesOf(entries))
      expect(reading.printed.isOpen()).toBe(false)
    }),
    { numRuns },
  )
})

describe('a log of which the node has thrown the beginning away', () => {
  /** In distinct times, and no line in parts. */
  const plain = fc
    .array(fc.integer({ min: 1, max: 2 * nanos }), { minLength: 2, maxLength: 30 })
    .map((steps) => {
      let clock = 0
      return steps.map((step, i) => ({ at: (clock += step), text: `line ${i}` }))
    })

  test('has a gap where what was read last is gone, and only there', () => {
    fc.assert(
      fc.property(plain, chance, chance, (entries, cutAt, thrown) => {
        const whole = sendLog(entries)
        const cut = Math.round(cutAt * whole.length)
        const dropped = Math.round(thrown * (entries.length - 1))
        const reading = startReading()
        openLog(reading, { entries, cut })
        // The line whose time was read last.
        const seen = entries.findLastIndex(
          (_, i) => sendLog(entries.slice(0, i)).length + timeLength <= cut,
        )
        const isGap = seen >= 0 && dropped > seen
        const before = reading.printed.lines.slice()
        openLog(reading, { entries: entries.slice(dropped) })
        openLog(reading, { entries: entries.slice(dropped) })
        reading.log.end()
        const all = linesOf(entries)
        const after = all.slice(Math.max(dropped, isGap ? 0 : before.length))
        expect(reading.printed.lines).toEqual(
          isGap
            ? [...before, 'GAP', ...after]
            : dropped > seen
              ? after
              : [...before.slice(0, Math.max(seen, 0)), ...all.slice(Math.max(seen, 0))],
        )
      }),
      { numRuns },
    )
  })

  const timeLength = '2026-01-01T10:00:00.123456789Z '.length

  test('has one gap, however often it is read again', () => {
    const entries = [line(5, 'c'), line(5.1, 'd')]
    const openings = [
      { entries: [line(1, 'a'), line(1.1, 'b')] },
      { entries, cut: 32 },
      { entries, cut: 33 },
      { entries },
      { entries: [...entries, line(6, 'e')] },
    ]
    expect(readAll(...openings)).toEqual(['a', 'b', 'GAP', 'c', 'd', 'e'])
  })

  test('ends the line of which the rest is gone', () => {
    const half = { entries: [line(1, 'a'), line(1.1, 'half a line')], cut: 32 + 33 + 4 }
    const lines = readAll(half, { entries: [line(5, 'c')] })
    expect(lines).toEqual(['a', 'half ', 'GAP', 'c'])
  })

  test('has no gap as long as the last line is there', () => {
    const entries = [line(1, 'a'), line(1.1, 'b'), line(1.1, 'b'), line(1.2, 'c')]
    const rest = [...entries.slice(2), line(1.3, 'd')]
    expect(readAll({ entries }, { entries: rest })).toEqual(['a', 'b', 'b', 'c', 'd'])
  })

  test('has no gap when nothing was read before', () => {
    expect(readAll({ entries: [] }, { entries: [line(9, 'a')] })).toEqual(['a'])
  })
})
