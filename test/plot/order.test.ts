import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderSteps } from '../../src/plot/order-steps.ts'
import { planOf, plot, step, stepNamed, stepsOf } from './read.ts'

describe('steps run', () => {
  test('in bytewise order when none needs another', () => {
    const steps = {
      b: step(),
      a: step(),
      '\u{1F600}': step(),
      '\uFF5E': step(),
      B: step(),
    }
    expect(stepsOf(plot(steps))).toEqual(['B', 'a', 'b', '\uFF5E', '\u{1F600}'])
  })

  test('behind those that they take from', () => {
    const steps = { one: step({ '/a': 'pipe:zero:out' }), zero: step() }
    expect(stepsOf(plot(steps))).toEqual(['zero', 'one'])
  })

  test('depth first: what one needs comes right ahead of it', () => {
    const steps = {
      a: step({ '/x': 'pipe:z:out', '/y': 'pipe:m:out' }),
      b: step(),
      m: step({ '/x': 'pipe:y:out' }),
      y: step(),
      z: step(),
    }
    expect(stepsOf(plot(steps))).toEqual(['y', 'm', 'z', 'a', 'b'])
  })

  test('all at once where a plot stands among them, even when one of it could run earlier', () => {
    const inner = plot(
      { free: step(), late: step({ '/x': 'pipe::x' }) },
      {},
      { x: 'pipe:z:out' },
    )
    const steps = { a: { plot: inner }, z: step() }
    expect(stepsOf(plot(steps))).toEqual(['z', 'a/free', 'a/late'])
  })

  test('a plot may have none', () => {
    expect(planOf(plot({}))).toEqual({ steps: [], outputs: new Map() })
  })
})

test('a step needs those whose outputs it takes, each once, also out of other plots', () => {
  const inner = plot(
    { i: step({ '/x': 'pipe::x' }, ['a']), j: step() },
    { o: 'pipe:i:a' },
    { x: 'pipe:first:out', unused: 'pipe:other:out' },
  )
  const steps = {
    first: step(),
    other: step(),
    inner: { plot: inner },
    last: step({ '/x': 'pipe:inner:o', '/y': 'pipe:first:out', '/z': 'pipe:inner:o' }),
  }
  const plan = planOf(plot(steps))
  expect(stepNamed(plan, 'inner/i').needs).toEqual(['first'])
  expect(stepNamed(plan, 'inner/j').needs).toEqual([])
  expect(new Set(stepNamed(plan, 'last').needs)).toEqual(new Set(['inner/i', 'first']))
})

describe('any graph', () => {
  const names = 'abcdefgh'.split('')
  const graph = fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 1 })
    .chain((keys) =>
      fc
        .array(fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...keys)))
        .map((edges) => {
          const needs = new Map<string, Set<string>>(keys.map((key) => [key, new Set()]))
          for (const [from, to] of edges) needs.get(from)?.add(to)
          return needs
        }),
    )

  test('is ordered as by the plain recursive rule', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        expect(orderSteps(needs, 10).order).toEqual(recursively(needs))
      }),
    )
  })

  test('has cycles told exactly when some step cannot come behind all that it needs', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const { order, cycles } = orderSteps(needs, 10)
        const early = order.filter((name, i) =>
          [...(needs.get(name) ?? [])].some((needed) => order.indexOf(needed) >= i),
        )
        expect(cycles.length > 0).toBe(early.length > 0)
        for (const cycle of cycles) {
          const next = [...cycle.slice(1), cycle[0] ?? '']
          expect(cycle.every((name, i) => needs.get(name)?.has(next[i] ?? ''))).toBe(true)
        }
      }),
    )
  })
})

/** Warpforge's rule in its shortest form. */
function recursively(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const order: string[] = []
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const needed of [...(needs.get(name) ?? [])].sort()) visit(needed)
    order.push(name)
  }
  for (const name of [...needs.keys()].sort()) visit(name)
  return order
}
