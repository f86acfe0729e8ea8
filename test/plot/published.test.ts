// The plot of Warpforge's own documents, with what Warpforge printed for it.

import { expect, test } from 'vitest'
import { readFormula } from '../../src/formula/read-formula.ts'
import type { PlannedStep } from '../../src/plot/plan-plot.ts'
import published from './nested-plot.json' with { type: 'json' }
import { formulaOf, planOf } from './read.ts'

const text = JSON.stringify(published.plot, null, '\t')
const plan = planOf(text)

test('its steps run in the published order, those of the inner plot in its turn', () => {
  expect(plan.steps.map(({ name }) => name)).toEqual(
    published.runs.map((run) => run.step),
  )
})

test('each step has the published formula ID', () => {
  const ids = plan.steps.map(
    (step) => formulaOf(step, { wares: waresOf(step) }).formula.id,
  )
  expect(ids).toEqual(published.runs.map((run) => run.formulaID))
})

test('the text of each step is a formula of the same ID', () => {
  for (const step of plan.steps) {
    const addresses = { [published.busybox]: ['ca+https://a.example/w', 'oci://b/c'] }
    const { formula, text } = formulaOf(step, { wares: waresOf(step), addresses })
    const read = readFormula(text, 'step', () => ({ value: undefined, problems: [] }))
    expect(read).toMatchObject({ formula: { id: formula.id, action: formula.action } })
  }
})

test('what the plot gives is what the step of the inner plot gives', () => {
  expect([...plan.outputs]).toEqual([
    ['test', { kind: 'step', step: 'zero-outer/one-inner', output: 'test' }],
  ])
})

test('commas are as loose as in the original', () => {
  const loose = text.replaceAll('},', '}').replaceAll('}', '},,')
  expect(planOf(loose.replace(/,,$/, '')).steps.map(({ name }) => name)).toEqual(
    plan.steps.map(({ name }) => name),
  )
})

function waresOf({ inputs }: PlannedStep): Record<string, string> {
  const wares = inputs.map(({ port, source }) => {
    if (source.kind !== 'step') return [port, published.busybox] as const
    const run = published.runs.find(({ step }) => step === source.step)
    return [port, run?.results.test ?? ''] as const
  })
  return Object.fromEntries(wares)
}
