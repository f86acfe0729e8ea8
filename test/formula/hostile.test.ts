// Whoever may create a Formula in some namespace feeds this reader inside the webhook.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identifyFormula, readFormula } from '../../src/formula/read-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { busybash, legacy, timeless, warpforge } from './read.ts'

describe('any text gives a formula or problems, never a crash', () => {
  test.each([
    ['legacy', legacy({ outputs: { '/o': { type: 'tar', filters: ['uid 0'] } } })],
    [
      'timeless',
      timeless(
        { outputs: { '/o': { packtype: 'tar' } } },
        { fetchUrls: { '/': ['file:///a'] } },
      ),
    ],
    ['warpforge', warpforge({}, { [busybash]: 'ca+https://h' })],
  ])('a damaged %s formula', (_, text) => {
    const words = [
      'null',
      '[]',
      '{}',
      '""',
      '-1',
      '1.5',
      '"a:b"',
      ',',
      '}',
      '"',
      'true',
      '"\\u0000"',
      '~',
    ]
    const damage = fc.tuple(fc.nat(text.length), fc.nat(12), fc.constantFrom(...words))
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const damaged = damages.reduce(
          (whole, [at, cut, word]) => whole.slice(0, at) + word + whole.slice(at + cut),
          text,
        )
        const read = readFormula(damaged, 'x', readYamlText)
        if ('formula' in read) return
        for (const problem of read.problems)
          expect(problem.where).toMatch(/^x(:\d+:\d+)?$/)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['objects', '{"formula":'.repeat(20_000)],
    ['lists', `{"formula": {"inputs": ${'['.repeat(100_000)}`],
  ])('deeply nested %s', (_, text) => {
    expect(readFormula(text, 'x', readYamlText)).toHaveProperty('problems')
  })
})

test('a Warpforge formula with a fraction in it has problems and no identity', () => {
  const text = warpforge({ action: { exec: { command: ['/a'], network: 1.5 } } })
  expect(readFormula(text, 'x', readYamlText)).toMatchObject({
    problems: [
      { why: expect.stringContaining('network: must be true or false') as string },
    ],
  })
})

describe('nesting has a limit', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  test.each([
    ['Timeless', `{"formula": {"inputs": {}, "action": ${deep(1000)}}}`],
    ['Warpforge', `{"formula": {"formula.v1": ${deep(50_000)}}}`],
    ['legacy JSON', `{"inputs": {}, "action": ${deep(50_000)}}`],
    ['legacy YAML', `inputs: {}\naction: ${deep(1000)}\n`],
  ])('a %s formula that nests too deeply is told the limit', (_, text) => {
    const read = readFormula(text, 'x', readYamlText)
    const whys = 'problems' in read ? read.problems.map(({ why }) => why) : []
    expect(whys).toHaveLength(1)
    expect(whys[0]).toMatch(/^more than \d+ .* within each other$/)
  })

  test.each(['inputs: {}', '\tinputs: {}', '{inputs: {}}', '{"inputs": {"a": {}}}'])(
    'an exception of the YAML reader is thrown on and never told as a problem of %j',
    (text) => {
      const failing = () => {
        throw new RangeError('Maximum call stack size exceeded')
      }
      expect(() => readFormula(text, 'x', failing)).toThrow(RangeError)
      expect(() => identifyFormula(text, 'x', failing)).toThrow(RangeError)
    },
  )
})

test.each([
  [
    'wrong variables',
    timelessWith((i) => `"=${i}":""`, '"action":{"exec":["/a"],"env":'),
  ],
  ['mounts', timelessWith((i) => `"/${i}":"mount:ro:/x"`, '"inputs":')],
  ['repeated keys', timelessWith(() => '"a":{}', '"inputs":')],
  ['unknown members', timelessWith((i) => `"inptus${i}":1`, '"action":')],
])('a document full of %s is judged without comparing each with each', (_, text) => {
  expect(text.length).toBeGreaterThan(200_000)
  const read = readFormula(text, 'x', readYamlText)
  expect('problems' in read && read.problems[0].task).toBe('read the Timeless formula')
  expect('problems' in read && read.problems[0].why).not.toContain('is expected')
})

function timelessWith(member: (i: number) => string, head: string): string {
  let members = ''
  for (let i = 0; members.length < 200_000; i++)
    members += `${i === 0 ? '' : ','}${member(i)}`
  const closing = '}'.repeat((head.match(/\{/g)?.length ?? 0) + 3)
  return `{"formula":{${head}{${members}${closing}}`
}
