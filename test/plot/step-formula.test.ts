import { describe, expect, test } from 'vitest'
import { describeProblem } from '../../src/errors.ts'
import { stepFormula } from '../../src/plot/step-formula.ts'
import {
  busybash,
  commit,
  formulaOf as formulaOfText,
  warpforge,
} from '../formula/read.ts'
import {
  answers,
  formulaOf,
  planOf,
  plot,
  problemsOf,
  root,
  step,
  stepNamed,
} from './read.ts'

const other = 'tar:4z9DCTxoKkStqXQRwtf9nimpfQQ36dbndDsAPCQgECfbXt3edanUrsVKCjE9TkX2v9'

describe('the formula of a step', () => {
  test('is that of the same formula written by hand', () => {
    const content = plot({
      a: step(
        {
          '/b': { basis: 'catalog:foo.org/x:v1:i', filters: { uid: '0' } },
          '/c': 'mount:ro:./c',
          '/d': 'ingest:git:.:HEAD',
          $E: 'literal:e',
        },
        ['out'],
        { action: { exec: { command: ['/bin/true'], network: false } } },
      ),
    })
    const made = formulaOf(stepNamed(planOf(content), 'a'), {
      wares: { '/b': other, '/d': `git:${commit}` },
    })
    const byHand = formulaOfText(
      warpforge({
        inputs: {
          '/': root,
          '/b': { basis: `ware:${other}`, filters: { uid: '0' } },
          '/c': 'mount:ro:./c',
          '/d': `ware:git:${commit}`,
          $E: 'literal:e',
        },
        action: { exec: { command: ['/bin/true'], network: false } },
        outputs: { out: { from: '/out' } },
      }),
    )
    expect(withoutPlaces(made.formula)).toEqual(withoutPlaces(byHand))
    expect(withoutPlaces(formulaOfText(made.text))).toEqual(withoutPlaces(byHand))
  })

  test('knows its inputs by their places in the plot', () => {
    const content = plot({ a: step({ '/b': 'pipe::b' }) }, {}, { b: root })
    const { formula } = formulaOf(stepNamed(planOf(content), 'a'))
    expect(formula.inputs.map(({ where }) => where)).toEqual([
      'plot.wf:10:7',
      'plot.wf:11:7',
    ])
  })

  test('knows every address of a ware, and its text the first', () => {
    const urls = ['ca+s3://host/w', 'https://b.example/x.tgz']
    const content = plot({ a: step({ '/b': 'catalog:foo.org/x:v1:i' }) })
    const { formula, text } = formulaOf(stepNamed(planOf(content), 'a'), {
      wares: { '/b': other },
      addresses: { [other]: urls, 'tar:unused': ['nonsense'] },
    })
    expect(formula.inputs.map(({ source }) => source)).toMatchObject([
      { wareId: { packtype: 'tar' }, addresses: [] },
      { addresses: ['ca+https://host/w', 'https://b.example/x.tgz'] },
    ])
    expect(JSON.parse(text)).toMatchObject({
      context: { 'context.v1': { warehouses: { [other]: 'ca+https://host/w' } } },
    })
  })

  test('may name a ware of the plot that somebody knows an address of', () => {
    const { formula } = formulaOf(stepNamed(planOf(plot({ a: step() })), 'a'), {
      addresses: { [busybash]: ['https://b.example/x.tgz'] },
    })
    expect(formula.inputs[0]?.source).toMatchObject({
      addresses: ['https://b.example/x.tgz'],
    })
  })

  test('has no other ID for the names of members that objects inherit', () => {
    const text = `{"plot.v1": {"inputs": {}, "steps": {"__proto__": {"protoformula": {
      "inputs": {"/": "${root}", "/constructor": "${root}", "$__proto__": "literal:x"},
      "action": {"exec": {"command": ["/a"]}},
      "outputs": {"__proto__": {"from": "/o"}}}}}, "outputs": {"__proto__": "pipe:__proto__:__proto__"}}}`
    const plan = planOf(text)
    const { formula, text: written } = formulaOf(stepNamed(plan, '__proto__'))
    expect(formula.action.env.get('__proto__')).toBe('x')
    expect(formula.outputs.map(({ name }) => name)).toEqual(['__proto__'])
    expect(formulaOfText(written).id).toBe(formula.id)
  })
})

describe('what the world answers is judged at its place in the plot', () => {
  const planned = stepNamed(
    planOf(plot({ a: step({ '/b': 'pipe:z:out' }), z: step() })),
    'a',
  )
  const whyNot = (given: Parameters<typeof answers>[0]) => {
    const made = stepFormula(planned, answers(given))
    return 'problems' in made ? made.problems.map(describeProblem) : []
  }
  const place =
    'cannot read the plot at plot.wf:9:13: "plot.v1".steps.a.protoformula.inputs."/b"'

  test('an output that was never made', () => {
    expect(whyNot({ wares: { '/b': 'tar:-' } })).toEqual([
      `${place}: "tar:-" is the blank ware: there is nothing to fetch`,
    ])
  })

  test('an address that holds a password, which is not repeated', () => {
    const addresses = { [other]: ['https://me:s3cret@b.example/w'] }
    const [problem, ...rest] = whyNot({ wares: { '/b': other }, addresses })
    expect(rest).toEqual([])
    expect(problem).toContain(place)
    expect(problem).not.toContain('s3cret')
  })

  test('an address that makes it larger than a formula may be', () => {
    const literal = `literal:${'x'.repeat(260_000)}`
    const large = plot({ a: step({ '/b': 'catalog:foo.org/x:v1:i', $X: literal }) })
    const given = {
      wares: { '/b': other },
      addresses: { [other]: [`https://b.example/${'x'.repeat(3000)}`] },
    }
    const made = stepFormula(stepNamed(planOf(large), 'a'), answers(given))
    const whys = 'problems' in made ? made.problems.map(({ why }) => why) : []
    expect(whys).toEqual([
      expect.stringMatching(/its formula has 263\d+ bytes; at most 262144 are allowed/),
    ])
  })
})

test('a formula is measured to the byte before anything runs', () => {
  const withText = (length: number) => {
    const inputs = { x: `literal:\u0001"\u00e9${'x'.repeat(length)}` }
    return plot({ a: step({ $A: 'pipe::x', $B: 'pipe::x' }) }, {}, inputs)
  }
  const { text } = formulaOf(stepNamed(planOf(withText(0)), 'a'))
  const room = 262_144 - new TextEncoder().encode(text).length
  expect(problemsOf(withText(Math.floor(room / 2)))).toEqual([])
  expect(problemsOf(withText(Math.floor(room / 2) + 1))).toEqual([
    expect.stringMatching(/its formula has 26214[56] bytes; at most 262144 are allowed$/),
  ])
})

function withoutPlaces(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member: unknown) => {
      if (key === 'where') return undefined
      return member instanceof Map ? [...member] : member
    }),
  )
}
