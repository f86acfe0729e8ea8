import { describe, expect, test } from 'vitest'
import { describeProblem, R2k8sError } from '../../../src/errors.ts'
import { readSaves } from '../../../src/plugin/runs/read-saves.ts'
import { formulaOf, timeless, warpforge } from '../../formula/read.ts'

const formula = formulaOf(
  warpforge({
    outputs: {
      docs: { from: '/task/docs', packtype: 'tar' },
      'out=1': { from: '/task/out', packtype: 'tar' },
      out: { from: '/task/a=b', packtype: 'tar' },
    },
  }),
)

const read = (...texts: readonly string[]) =>
  readSaves(texts, { ...formula, owner: 'the formula' })

function problemsOf(of: () => unknown): string[] {
  try {
    of()
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    expect(error.problems.map(({ code }) => code)).not.toContain('crash')
    return error.problems.flatMap((each) => [
      `${describeProblem(each)} [${each.code}]`,
      ...(each.hints ?? []),
    ])
  }
  return []
}

describe('an address', () => {
  test.each<[string, string, ReturnType<typeof readSaves>[number]]>([
    [
      'is for the output of that name',
      'docs=ca+https://wares.example/',
      { output: 'docs', address: 'ca+https://wares.example/' },
    ],
    [
      'is for the output at that path',
      '/task/docs=s3://bucket/docs.tgz',
      { output: 'docs', address: 's3://bucket/docs.tgz' },
    ],
    [
      'alone is for all outputs',
      'ca+https://wares.example/',
      { address: 'ca+https://wares.example/' },
    ],
    [
      'may hold an equals sign',
      'https://wares.example/put?to=docs',
      { address: 'https://wares.example/put?to=docs' },
    ],
    [
      'may hold an equals sign behind an output',
      'docs=https://wares.example/put?to=docs',
      { output: 'docs', address: 'https://wares.example/put?to=docs' },
    ],
    [
      'is for the output whose name holds an equals sign',
      'out=1=s3://bucket/x=y',
      { output: 'out=1', address: 's3://bucket/x=y' },
    ],
    [
      'is for the output whose path holds an equals sign',
      '/task/a=b=s3://bucket/x',
      { output: 'out', address: 's3://bucket/x' },
    ],
    [
      'of a file may be short',
      'docs=file:./docs.tgz',
      { output: 'docs', address: 'file://./docs.tgz' },
    ],
    ['of a file may be whole', 'file:///srv/x', { address: 'file:///srv/x' }],
  ])('%s', (_, text, save) => {
    expect(read(text)).toEqual([save])
  })

  test('may be given for each output, in any order', () => {
    expect(read('out=s3://b0b/x', 'docs=s3://b0b/y').map(({ output }) => output)).toEqual(
      ['out', 'docs'],
    )
  })
})

describe('is refused:', () => {
  const names = 'the formula has "docs", "out", "out=1"'
  const form = 'write it as --save /task/out=ca+https://wares.example/'

  test.each([
    [
      'an output that is not there',
      '/task/dcs=s3://bucket/x',
      ['cannot use --save: there is no output "/task/dcs" [usage]', names],
    ],
    [
      'a name that is none',
      'dcs=file:./x',
      ['cannot use --save: there is no output "dcs" [usage]', names],
    ],
    [
      'a scheme that is not there',
      'docs=htps://wares.example/',
      [
        'cannot use --save: "htps://wares.example/" has an unknown scheme; did you mean "https"? [usage]',
        form,
      ],
    ],
    [
      'a path without a scheme',
      './docs.tgz',
      [
        'cannot use --save: "./docs.tgz" has no scheme; write for example "file://./docs.tgz" [usage]',
        form,
      ],
    ],
    ['nothing', 'docs=', ['cannot use --save: an address is empty [usage]', form]],
    [
      'a place for commits, which no output is',
      'docs=ssh://git@forge.example/x.git',
      [expect.stringContaining('unknown scheme'), form],
    ],
  ])('%s', (_, text, problems) => {
    expect(problemsOf(() => read(text))).toEqual(problems)
  })

  test('everything together', () => {
    const problems = problemsOf(() =>
      read('dcs=s3://bucket/x', 'docs=x', 'docs=s3://b/x'),
    )
    expect(problems.filter((line) => line.startsWith('cannot'))).toEqual([
      expect.stringContaining('"dcs"'),
      expect.stringContaining('"x" has no scheme'),
      expect.stringContaining('no valid bucket'),
    ])
  })

  test('any, when the formula makes nothing', () => {
    expect(
      problemsOf(() =>
        readSaves(['s3://bucket/x'], { ...formulaOf(timeless()), owner: 'the formula' }),
      ),
    ).toEqual([
      'cannot use --save: the formula has no outputs [usage]',
      'declare what it makes as outputs',
    ])
  })
})
