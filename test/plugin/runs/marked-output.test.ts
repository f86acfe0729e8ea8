import { describe, expect, test } from 'vitest'
import { openScene, second } from './outputs.ts'

const two = (value: number) => String(value).padStart(2, '0')
const date = new Date(second * 1000)
const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`
const time = `[${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}]`

const out = (text: string) => `≡⟩ ${time} ≡⟩\t${text}\n`
const log = (text: string) => `-⟩ ${time} -⟩ ${text}\n`
const follows = `∴⟩ ${time} ∴⟩ runrecord follows:\n`

const record = { guid: 'g', exitCode: 0, results: {} }
const printed = `{
    "guid": "g",
    "exitCode": 0,
    "results": {}
}
`

const open = { isEnd: false }
const last = { isStart: false }

describe('for people', () => {
  test('the record alone goes to stdout, all else with its mark to stderr', async () => {
    const { output, lines, stdout, stderr } = openScene()
    output.log('info', 'the action runs')
    await lines('one', 'two')
    output.log('error', 'the action ended with exit code 3')
    output.record(record)
    await output.close()
    expect(stdout()).toBe(printed)
    expect(stderr()).toBe(
      log('info: the action runs') +
        out('one') +
        out('two') +
        log('error: the action ended with exit code 3') +
        follows,
    )
  })

  test('on a terminal the record stands behind all else, however slow that is', async () => {
    const { output, lines, both } = openScene()
    for (let i = 0; i < 5; i++) await lines('x')
    output.record(record)
    await output.close()
    expect(both()).toBe(out('x').repeat(5) + follows + printed)
  })

  test('the record comes also when stderr takes nothing any more', async () => {
    const { output, lines, stdout } = openScene({}, () =>
      Promise.reject(new Error('no space left')),
    )
    await lines('x')
    output.record(record)
    await expect(output.close()).rejects.toThrow('no space left')
    expect(stdout()).toBe(printed)
  })

  test('a line in parts has one mark', async () => {
    const { part, flush, output, stderr } = openScene()
    part('a', open)
    await flush()
    part('b', { ...last, ...open })
    await flush()
    part('c', last)
    await flush()
    await output.close()
    expect(stderr()).toBe(out('abc'))
  })

  test('a word in the middle of an open line stands on its own, and the rest has a new mark', async () => {
    const { part, flush, output, stderr } = openScene()
    part('ab', open)
    await flush()
    output.log('warn', 'w')
    part('c', last)
    await flush()
    await output.close()
    expect(stderr()).toBe(out('ab') + log('warn: w') + out('c'))
  })

  test('a word waits for nothing and overtakes nothing', async () => {
    const { part, flush, output, stderr } = openScene()
    part('a')
    part('b', open)
    output.log('warn', 'w')
    part('c', last)
    await flush()
    await output.close()
    expect(stderr()).toBe(out('a') + out('b') + log('warn: w') + out('c'))
  })

  test('a gap is told where it is', async () => {
    const { part, flush, output, stderr } = openScene()
    part('a')
    output.lines.gap?.()
    part('b')
    await flush()
    await output.close()
    const why = 'the node has thrown parts of the output away before they were read'
    expect(stderr()).toBe(out('a') + log(`warn: ${why}`) + out('b'))
  })

  test('the record begins a line, though the output did not end with one', async () => {
    const { part, flush, output, both } = openScene()
    part('a', open)
    await flush()
    output.record(record)
    await output.close()
    expect(both()).toBe(out('a') + follows + printed)
  })

  test('what the action writes comes as it is, words have no control characters', async () => {
    const { lines, output, stderr } = openScene()
    await lines('\u001b[31mred\u001b[0m')
    output.log('warn', 'the server says \u001b[2J\nerror: x')
    await output.close()
    expect(stderr()).toContain('\u001b[31mred')
    expect(stderr()).toContain('says \\u001b[2J\\u000aerror: x\n')
  })

  test('a run that failed has no record', async () => {
    const { output, stdout } = openScene()
    output.failure({ code: 'executor-problem', task: 'x', why: 'y' })
    await output.close()
    expect(stdout()).toBe('')
  })

  test('marks and levels have colours where colours are wanted', async () => {
    const { output, lines, stderr, stdout } = openScene({ color: 'always' })
    output.log('error', 'x')
    await lines('y')
    output.record(record)
    await output.close()
    expect(stderr()).toContain('\u001b[31merror:\u001b[39m x')
    expect(stderr()).toContain('\u001b[32m∴⟩\u001b[39m')
    expect(stdout()).not.toContain('\u001b')
  })
})

describe('quiet', () => {
  test('is the output as it was written, and the record', async () => {
    const { output, lines, part, flush, stderr, stdout } = openScene({ quiet: true })
    output.log('info', 'the action runs')
    await lines('one')
    part('two', open)
    await flush()
    part('', last)
    await flush()
    output.record(record)
    await output.close()
    expect(stderr()).toBe('one\ntwo\n')
    expect(stdout()).toBe(printed)
  })

  test('tells what is wrong all the same, on a line of its own', async () => {
    const { output, part, flush, stderr } = openScene({ quiet: true })
    part('a', open)
    await flush()
    output.log('error', 'e')
    part('b', last)
    await flush()
    await output.close()
    expect(stderr()).toBe(`a\n${log('error: e')}b\n`)
  })
})

describe('steps of a plot', () => {
  const whole = { second, isStart: true, isEnd: true }

  test('are told apart by their names, and their records announced with them', async () => {
    const { output, both } = openScene()
    const [a, b] = [output.step('a'), output.step('outer/b')]
    a.log('info', 'the action runs')
    a.lines.write({ ...whole, bytes: Buffer.from('from a') })
    await a.lines.flush?.()
    b.lines.write({ ...whole, bytes: Buffer.from('from b') })
    await b.lines.flush?.()
    b.record(record)
    b.end()
    a.end()
    output.plotRecord({ plotresults: {} })
    await output.close()
    expect(both()).toBe(
      log('info: a: the action runs') +
        out('a | from a') +
        out('outer/b | from b') +
        `∴⟩ ${time} ∴⟩ runrecord of outer/b follows:\n${printed}` +
        `∴⟩ ${time} ∴⟩ plotresults follow:\n{\n    "plotresults": {}\n}\n`,
    )
  })

  test('break no line of each other, and leave no empty one behind', async () => {
    const { output, stderr } = openScene()
    const [a, b] = [output.step('a'), output.step('b')]
    const say = async (step: typeof a, text: string, change = {}): Promise<void> => {
      step.lines.write({ ...whole, ...change, bytes: Buffer.from(text) })
      await step.lines.flush?.()
    }
    await say(a, 'half', open)
    await say(b, 'whole')
    await say(a, 'other half', { isStart: false, isEnd: false })
    b.log('warn', 'careful')
    await say(a, '', { isStart: false })
    await output.close()
    expect(stderr()).toBe(
      out('a | half') +
        out('b | whole') +
        out('a | other half') +
        log('warn: b: careful'),
    )
  })

  test('say with -q what they write and nothing of themselves', async () => {
    const { output, stderr } = openScene({ quiet: true })
    const a = output.step('a')
    a.log('info', 'the action runs')
    a.lines.write({ ...whole, bytes: Buffer.from('from a') })
    a.record(record)
    a.end()
    output.plotRecord({})
    await output.close()
    expect(stderr()).toBe('from a\n')
  })
})
