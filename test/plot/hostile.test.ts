// Plots and catalogs come from strangers, too.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { readPlot } from '../../src/plot/read-plot.ts'
import published from './nested-plot.json' with { type: 'json' }
import { plot, problemsOf, root, step, stepsOf, textOf } from './read.ts'

test('any damaged plot is planned or has problems, each with its place', () => {
  const text = JSON.stringify(published.plot, null, 1)
  const words = [
    'null',
    '[]',
    '{}',
    '""',
    '-1.5',
    '"pipe::rootfs"',
    ',',
    '}',
    '"',
    'true',
  ]
  const word = fc.constantFrom(
    ...words,
    '"ware:tar:-"',
    '"pipe:zero-outer:test"',
    '"\\u0000"',
  )
  const damage = fc.tuple(fc.nat(text.length), fc.nat(20), word)
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const damaged = damages.reduce(
        (whole, [at, cut, put]) => whole.slice(0, at) + put + whole.slice(at + cut),
        text,
      )
      const read = readPlot(damaged, 'x')
      if ('plan' in read) return
      for (const problem of read.problems) expect(problem.where).toMatch(/^x:\d+:\d+$/)
    }),
    { numRuns: 500 },
  )
})

describe('plots within plots', () => {
  const nested = (levels: number): JsonObject => {
    let inmost = plot({ s: step({ '/x': 'pipe::x' }) }, { o: 'pipe:s:out' }, { x: root })
    for (let i = 1; i < levels; i++) {
      inmost = plot({ p: { plot: inmost } }, { o: 'pipe:p:o' }, { x: root })
    }
    return inmost
  }

  test('go 32 deep', () => {
    expect(stepsOf(nested(32))).toEqual([`${'p/'.repeat(31)}s`])
  })

  test('are refused when there are more, without other complaints', () => {
    const place = `"plot.v1"${'.steps.p.plot'.repeat(31)}.steps.p`
    expect(problemsOf(nested(33)).map((line) => line.replace(/^\d+:\d+: /, ''))).toEqual([
      `${place}: more than 32 plots stand within each other`,
    ])
  })

  test('are refused, not overflowed, when there are thousands', () => {
    const text = `{"plot.v1": ${'{"steps": {"p": {"plot": '.repeat(20_000)}`
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/more than 200 objects and lists within each other$/),
    ])
  })
})

test('a chain of thousands of steps is ordered without overflow', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `s${String(i).padStart(5, '0')}`)
  const chain = names.map((name, i) => {
    const next = names[i + 1]
    return [name, small(next === undefined ? {} : { '/x': `pipe:${next}:o` })] as const
  })
  expect(stepsOf(plot(Object.fromEntries(chain)))).toEqual(names.toReversed())
})

test('more than 10,000 steps are refused, wherever they stand', () => {
  const many = (count: number) =>
    plot(Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, small()])))
  const content = plot({ a: { plot: many(5000) }, b: { plot: many(5001) } })
  expect(problemsOf(content)).toEqual([
    '2:13: "plot.v1": has 10001 steps, with those of plots within it; at most 10000 are allowed',
  ])
})

test.each([
  ['pipes to steps that are not there', (i: number) => `pipe:${i}${'x'.repeat(50)}:o`],
  [
    'pipes to outputs that are not there',
    (i: number) => `pipe:first:${i}${'x'.repeat(50)}`,
  ],
  ['circles', () => 'pipe:last:o'],
])('a plot full of %s is judged without comparing each with each', (_, source) => {
  const steps = Array.from({ length: 8000 }, (_, i) => [
    `s${i}`,
    small({ '/x': source(i) }),
  ])
  const all = Object.fromEntries([
    ...steps,
    ['first', small()],
    ['last', circle()],
  ]) as JsonObject
  const read = readPlot(textOf(plot(all)), 'x')
  expect('problems' in read && read.problems).toHaveLength(100)
})

test.each([
  ['fits into each of them', 200_000, 0],
  ['is too long for each of them', 262_000, 100],
])(
  'a literal of thousands of steps that %s is not written for each',
  (_, length, problems) => {
    const steps = Array.from({ length: 8000 }, (_, i) => [
      `s${i}`,
      small({ $X: 'pipe::x' }),
    ])
    const content = plot(
      Object.fromEntries(steps) as JsonObject,
      {},
      {
        x: `literal:${'x'.repeat(length)}`,
      },
    )
    const read = readPlot(textOf(content), 'x')
    expect('problems' in read ? read.problems : []).toHaveLength(problems)
  },
)

function circle(): JsonObject {
  const inputs = Array.from({ length: 400 }, (_, i) => [`/${i}`, `pipe:s${i}:o`])
  return small(Object.fromEntries(inputs) as JsonObject)
}

function small(inputs: JsonObject = {}): JsonObject {
  return {
    protoformula: {
      inputs: { '/': root, ...inputs },
      action: { echo: {} },
      outputs: { o: { from: '/' } },
    },
  }
}
