import { expect, test } from 'vitest'
import { openReportLines } from '../../src/agent/report-lines.ts'
import {
  describeFailure,
  maxMessageBytes,
  printFailure,
  printPackResults,
  printRoots,
} from '../../src/agent/termination-message.ts'
import type { Problem } from '../../src/errors.ts'

function problem(why: string, hints: string[] = []): Problem {
  return { code: 'ware-not-found', task: 'fetch the ware', why, hints }
}

test('a failure names category, message and details', () => {
  const failure = describeFailure([
    problem('a', ['do x']),
    problem('b', ['do x', 'do y']),
  ])
  expect(JSON.parse(printFailure(failure))).toEqual({
    category: 'ware-not-found',
    message: 'cannot fetch the ware: a',
    details: { hints: 'do x; do y', others: 'cannot fetch the ware: b' },
  })
})

test.each([
  ['one long message', [problem('x'.repeat(10_000))]],
  ['control characters', [problem('\u0001'.repeat(3000))]],
  ['quotes', [problem('"'.repeat(9000), ['"\\'.repeat(2000)])]],
  ['characters of four bytes', [problem('😀'.repeat(3000))]],
  ['many problems', Array.from({ length: 500 }, (_, i) => problem(`no ${i}`, [`${i}`]))],
])('a failure with %s fits into the message and stays JSON', (_, [first, ...others]) => {
  if (first === undefined) throw new Error('a row without problems')
  const text = printFailure(describeFailure([first, ...others]))
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxMessageBytes)
  expect(Buffer.byteLength(text)).toBeGreaterThan(maxMessageBytes / 3)
  expect(JSON.parse(text)).toMatchObject({ category: 'ware-not-found' })
})

test('a success that does not fit says less', () => {
  const root = {
    container: 'web',
    wares: Array<string>(9).fill('tar:x'),
    bytes: 1,
    seconds: 2,
  }
  expect(JSON.parse(printRoots([root]))).toEqual({ roots: [root] })
  const many = Array<typeof root>(40).fill(root)
  expect(JSON.parse(printRoots(many))).toEqual({
    roots: many.map((each) => ({ ...each, wares: 9 })),
  })
  const all = Array<typeof root>(900).fill(root)
  expect(JSON.parse(printRoots(all))).toEqual({ count: 900 })
})

test('results that do not fit are said to stand in the log', () => {
  const results = new Map([['out', 'tar:x']])
  expect(JSON.parse(printPackResults(results))).toEqual({ results: { out: 'tar:x' } })
  const many = new Map(
    Array.from({ length: 100 }, (_, i) => [`${i}`, `tar:${'x'.repeat(66)}`]),
  )
  expect(JSON.parse(printPackResults(many))).toEqual({ resultsInLog: true, count: 100 })
})

test('progress of one ware is told once a second, and its end', () => {
  const lines: string[] = []
  let now = 0
  const { report } = openReportLines({
    writeLine: (line) => lines.push(line),
    now: () => now,
  })
  const tell = (at: number, ware: string, done: number) => {
    now = at
    report({ kind: 'progress', ware, phase: 'fetch', done, total: 9 })
  }
  tell(0, 'a', 1)
  tell(500, 'a', 2)
  tell(500, 'b', 2)
  tell(1000, 'a', 3)
  tell(1100, 'a', 9)
  tell(1200, 'a', 9)
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    [
      [0, 'a', 1],
      [500, 'b', 2],
      [1000, 'a', 3],
      [1100, 'a', 9],
    ].map(([at, ware, done]) => ({
      time: new Date(Number(at)).toISOString(),
      progress: { ware, phase: 'fetch', done, total: 9 },
    })),
  )
})

test('a message of a hostile server stays one line', () => {
  const lines: string[] = []
  const { report } = openReportLines({
    writeLine: (line) => lines.push(line),
    now: () => 0,
  })
  report({
    kind: 'log',
    level: 'warn',
    message: 'a\nb\u001b[31m\u2028c',
    detail: [['x', '\r']],
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toMatch(/[\n\r\u001b\u2028]/)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    msg: 'a\nb\u001b[31m\u2028c',
    details: { x: '\r' },
  })
})
