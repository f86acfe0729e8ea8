import { describe, expect, test } from 'vitest'
import {
  describeFailure,
  printFailure,
  printPackResults,
} from '../../src/agent/termination-message.ts'
import { describeProblem, exitCodes, type ErrorCode } from '../../src/errors.ts'
import { exitCodeOf } from '../../src/run/exit-code.ts'
import { readLastWord } from '../../src/run/last-word.ts'
import type { EndedContainer } from '../../src/run/pod-state.ts'

const codes = Object.keys(exitCodes) as ErrorCode[]

function ended(change: Partial<EndedContainer>): EndedContainer {
  const finishedAt = 1000
  return {
    kind: 'ended',
    exitCode: 0,
    finishedAt,
    reason: 'Error',
    message: '',
    ...change,
  }
}

function read(change: Partial<EndedContainer>) {
  const { problem, ...others } = readLastWord(ended(change), 'fetch the wares')
  return { ...others, problem, told: problem && describeProblem(problem) }
}

describe('a failure', () => {
  test.each(codes)('of the category %s keeps it, and with it its exit code', (code) => {
    const message = printFailure(
      describeFailure([
        { code, task: 'fetch the ware', why: 'it is: so', hints: ['do x'] },
      ]),
    )
    const { problem } = read({ exitCode: exitCodes[code], message })
    expect(problem).toEqual({
      code,
      task: 'fetch the ware',
      why: 'it is: so',
      hints: ['do x'],
    })
    if (problem === undefined) throw new Error('no problem')
    const end = { kind: 'failed', problem, wasKilled: false } as const
    expect(exitCodeOf(end, 'repeatr')).toBe(exitCodes[code])
  })

  test('that is not alone tells of the others', () => {
    const problem = (why: string) =>
      ({ code: 'ware-not-found', task: 'fetch it', why }) as const
    const message = printFailure(describeFailure([problem('a'), problem('b')]))
    expect(read({ exitCode: 5, message }).told).toBe(
      'cannot fetch it: a; cannot fetch it: b',
    )
  })

  test('as long as it may be comes whole', () => {
    const why = 'x'.repeat(100_000)
    const message = printFailure(
      describeFailure([{ code: 'ware-corrupt', task: 'read it', why }]),
    )
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
    expect(read({ exitCode: 6, message })).toMatchObject({
      problem: { code: 'ware-corrupt', task: 'read it' },
    })
  })

  test.each([
    ['cut', '{"category":"ware-corrupt","message":"cannot rea'],
    ['without a message', '{"category":"ware-corrupt"}'],
    [
      'of a category of another version',
      '{"category":"ware-lost","message":"cannot x: y"}',
    ],
    ['of a category that every object has', '{"category":"toString","message":"x: y"}'],
    ['a list', '["ware-corrupt"]'],
    ['of the runtime', 'exec /usr/local/bin/node: no such file'],
  ])('whose words are %s is told as it is', (_, message) => {
    const { problem, told } = read({ exitCode: 6, message })
    expect(problem?.code).toBe('executor-problem')
    expect(told).toBe(`cannot fetch the wares: it ended with 6 (Error): ${message}`)
  })

  test('without words is told by how it ended', () => {
    expect(read({ exitCode: 137, reason: '' }).told).toBe(
      'cannot fetch the wares: it ended with 137 (no reason given)',
    )
    expect(read({ exitCode: 137, reason: 'OOMKilled' }).problem).toMatchObject({
      code: 'executor-problem',
      why: 'it took more memory than its limit and was killed (OOMKilled)',
      hints: [expect.stringContaining('fetchResources')],
    })
  })
})

describe('results', () => {
  const all = new Map([
    ['/task/b', 'tar:-'],
    ['/task/a', 'tar:x'],
  ])
  const failure = describeFailure([
    { code: 'warehouse-unwritable', task: 'pack c', why: 'no' },
  ])

  test('of a success are its last word', () => {
    const word = read({ message: printPackResults(all) })
    expect(word).toEqual({ results: all, areInLog: false, problem: undefined })
  })

  test('stand beside a failure', () => {
    const word = read({ exitCode: 4, message: printFailure(failure, all) })
    expect(word).toMatchObject({
      results: all,
      problem: { code: 'warehouse-unwritable' },
    })
  })

  test('that are too many are in the log, also beside a failure', () => {
    const many = new Map(
      Array.from({ length: 60 }, (_, i) => [`/task/${i}`, `tar:${'x'.repeat(66)}`]),
    )
    for (const message of [printPackResults(many), printFailure(failure, many)]) {
      expect(read({ message })).toEqual({
        results: undefined,
        areInLog: true,
        problem: undefined,
      })
    }
  })

  test('are texts, and no output is named like what every object has', () => {
    const { results } = read({
      message: '{"results":{"a":1,"b":"tar:x","__proto__":"tar:y"}}',
    })
    expect([...(results ?? [])]).toEqual([
      ['b', 'tar:x'],
      ['__proto__', 'tar:y'],
    ])
    expect(read({ message: '{"results":["tar:x"]}' }).results).toBeUndefined()
  })
})
