import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { busybash } from '../formula/read.ts'
import type { StepInput } from '../../src/plot/plan-plot.ts'
import { formulaOf, planOf, plot, root, step, stepNamed } from './read.ts'

describe('an input comes from', () => {
  test.each([
    ['a ware', root, { kind: 'fixed', text: root }],
    ['a mount', 'mount:ro:./src', { kind: 'fixed', text: 'mount:ro:./src' }],
    [
      'a catalog',
      'catalog:foo.org/x:v1:amd64',
      {
        kind: 'catalog',
        reference: { module: 'foo.org/x', release: 'v1', item: 'amd64' },
      },
    ],
    [
      'a git repository of the machine',
      'ingest:git:./repo:refs/heads/main',
      { kind: 'ingest', hostPath: './repo', ref: 'refs/heads/main' },
    ],
    ['another step', 'pipe:first:out', { kind: 'step', step: 'first', output: 'out' }],
  ])('%s', (_, source, expected) => {
    const steps = { first: step(), second: step({ '/x': source }) }
    expect(inputOf(plot(steps), 'second', '/x').source).toEqual(expected)
  })
})

describe('a pipe is followed', () => {
  test('to an input of the plot, and its place is told', () => {
    const content = plot(
      { a: step({ '/x': 'pipe::x' }) },
      {},
      { x: 'catalog:foo.org/x:v1:i' },
    )
    const input = inputOf(content, 'a', '/x')
    expect(input.source).toMatchObject({ kind: 'catalog' })
    expect(input.where).toBe('plot.wf:4:9')
  })

  test('outwards through every plot around it', () => {
    const inmost = plot({ s: step({ '/x': 'pipe::c' }) }, {}, { c: 'pipe::b' })
    const middle = plot({ m: { plot: inmost } }, {}, { b: 'pipe::a' })
    const content = plot({ o: { plot: middle } }, {}, { a: 'mount:ro:/src' })
    expect(inputOf(content, 'o/m/s', '/x').source).toEqual({
      kind: 'fixed',
      text: 'mount:ro:/src',
    })
  })

  test('inwards through the outputs of every plot within it', () => {
    const inmost = plot({ s: step() }, { c: 'pipe:s:out' })
    const middle = plot({ m: { plot: inmost } }, { b: 'pipe:m:c' })
    const content = plot(
      { o: { plot: middle }, last: step({ '/x': 'pipe:o:b' }) },
      { a: 'pipe:o:b' },
    )
    const source = { kind: 'step', step: 'o/m/s', output: 'out' }
    expect(inputOf(content, 'last', '/x').source).toEqual(source)
    expect([...planOf(content).outputs]).toEqual([['a', source]])
  })

  test('outwards, and into the plot beside that', () => {
    const giving = plot({ s: step() }, { o: 'pipe:s:out' })
    const taking = plot({ s: step({ '/x': 'pipe::x' }) }, {}, { x: 'pipe:giving:o' })
    const content = plot({ giving: { plot: giving }, taking: { plot: taking } })
    expect(inputOf(content, 'taking/s', '/x').source).toEqual({
      kind: 'step',
      step: 'giving/s',
      output: 'out',
    })
  })

  test('to a literal, which becomes environment', () => {
    const content = plot(
      { a: step({ $GREETING: 'pipe::greeting' }) },
      {},
      { greeting: 'literal:hi' },
    )
    const { formula } = formulaOf(stepNamed(planOf(content), 'a'))
    expect(formula.action.env.get('GREETING')).toBe('hi')
  })
})

describe('filters', () => {
  const filtered = (source: string, uid: string) => ({ basis: source, filters: { uid } })
  const inner = (input: JsonObject | string, outer: JsonObject | string) =>
    plot(
      { p: { plot: plot({ s: step({ '/x': input }) }, {}, { x: outer }) } },
      {},
      { x: filtered('mount:ro:/a', '3') },
    )
  const filtersOf = (content: JsonObject) => {
    const { filters } = inputOf(content, 'p/s', '/x').written
    return filters && Object.fromEntries(filters)
  }
  // Filters on a mount are wrong in the end; what counts here is which ones arrive.
  const wareOf = (content: JsonObject) =>
    JSON.parse(
      JSON.stringify(content).replace('mount:ro:/a', 'catalog:foo.org/x:v1:i'),
    ) as JsonObject

  test.each([
    [
      'of the step itself count first',
      filtered('pipe::x', '1'),
      filtered('pipe::x', '2'),
      '1',
    ],
    ['of the plot around it count next', 'pipe::x', filtered('pipe::x', '2'), '2'],
    ['of a plot further out count last', 'pipe::x', 'pipe::x', '3'],
  ])('%s', (_, input, outer, uid) => {
    expect(filtersOf(wareOf(inner(input, outer)))).toEqual({ uid })
  })

  test('that are written and empty count, too', () => {
    const none = { basis: 'pipe::x', filters: {} }
    expect(filtersOf(wareOf(inner(none, 'pipe::x')))).toEqual({})
  })

  test('that arrive are part of the formula and of its ID', () => {
    const piped = stepNamed(planOf(wareOf(inner('pipe::x', 'pipe::x'))), 'p/s')
    const { formula } = formulaOf(piped, { wares: { '/x': busybash } })
    expect(formula.inputs[1]).toMatchObject({ path: '/x', filters: { uid: '3' } })
    const own = plot({ s: step({ '/x': filtered(root, '3') }) })
    expect(formula.id).toBe(formulaOf(stepNamed(planOf(own), 's')).formula.id)
  })
})

test('an input that nothing was found for is a mistake of the caller', () => {
  const content = plot({ a: step({ '/x': 'catalog:foo.org/x:v1:i' }) })
  expect(() => formulaOf(stepNamed(planOf(content), 'a'))).toThrow(
    'no ware for /x of the step a',
  )
})

function inputOf(content: JsonObject, name: string, port: string): StepInput {
  const { inputs } = stepNamed(planOf(content), name)
  const found = inputs.find((input) => input.port === port)
  if (found === undefined) throw new Error(`no input ${port}`)
  return found
}
