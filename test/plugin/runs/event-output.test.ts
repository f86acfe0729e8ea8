import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/errors.ts'
import { openScene as openAny, second } from './outputs.ts'

const openScene = (options = {}) => openAny({ json: true, ...options })

/** As whoever reads it line by line. */
const events = (stdout: string): unknown[] => {
  expect(stdout.endsWith('\n')).toBe(true)
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}

const record = { guid: 'g', exitCode: 3, results: { '/task/out': 'tar:-' } }
const problem = {
  ...{ code: 'ware-not-found' as ErrorCode, task: 'fetch the ware' },
  why: 'it is\nnot there',
  hints: ['look', 'ask'],
}
const open = { isEnd: false }
const last = { isStart: false }

describe('for programs', () => {
  test('each event is one line of stdout, and stderr is empty', async () => {
    const { output, lines, stdout, stderr } = openScene()
    output.log('info', 'the action runs')
    await lines('one', 'two "quoted"\u2028')
    output.log('error', 'the action ended with exit code 3')
    output.record(record)
    await output.close()
    expect(events(stdout())).toEqual([
      { log: { t: second, lvl: 2, msg: 'the action runs', detail: [] } },
      { txt: { t: second, msg: 'one\n' } },
      { txt: { t: second, msg: 'two "quoted"\u2028\n' } },
      {
        log: { t: second, lvl: 4, msg: 'the action ended with exit code 3', detail: [] },
      },
      { result: { runRecord: record } },
    ])
    expect(stderr()).toBe('')
  })

  test('a line in parts is one event, with the time at which it began', async () => {
    const { part, output, stdout } = openScene()
    part('a', open)
    output.log('warn', 'w')
    part('b', { ...last, ...open, second })
    part('c', last)
    await output.close()
    expect(events(stdout())).toEqual([
      { log: { t: second, lvl: 3, msg: 'w', detail: [] } },
      { txt: { t: second, msg: 'abc\n' } },
    ])
  })

  test('a line without end comes in pieces, none lost and no character cut', async () => {
    const { part, output, stdout } = openScene()
    const text = '€'.repeat(100_000)
    const bytes = Buffer.from(text.repeat(20))
    for (let at = 0; at < bytes.length; at += 65_536) {
      const isEnd = at + 65_536 >= bytes.length
      part('', { bytes: bytes.subarray(at, at + 65_536), isStart: at === 0, isEnd })
    }
    await output.close()
    const texts = events(stdout()).map(
      (event) => (event as { txt: { msg: string } }).txt.msg,
    )
    expect(texts.length).toBeGreaterThan(1)
    expect(texts.join('') === `${text.repeat(20)}\n`).toBe(true)
  })

  test('a line that the run did not end is told at the end', async () => {
    const { part, output, stdout } = openScene()
    part('a', open)
    output.record(record)
    await output.close()
    expect(events(stdout())).toEqual([
      { txt: { t: second, msg: 'a' } },
      { result: { runRecord: record } },
    ])
  })

  test('bytes that are no text are marked, not dropped', async () => {
    const { part, output, stdout } = openScene()
    part('', { bytes: Uint8Array.of(0x61, 0xff, 0x62) })
    await output.close()
    expect(events(stdout())).toEqual([{ txt: { t: second, msg: 'a\ufffdb\n' } }])
  })

  test('what it is given may be used again at once', async () => {
    const { part, output, stdout } = openScene()
    const buffer = Buffer.from('aaa')
    part('', { bytes: buffer, ...open })
    buffer.fill('b')
    part('', { bytes: buffer, ...last })
    await output.close()
    expect(events(stdout())).toEqual([{ txt: { t: second, msg: 'aaabbb\n' } }])
  })

  test('a gap is a warning', async () => {
    const { output, stdout } = openScene()
    output.lines.gap?.()
    await output.close()
    expect(events(stdout())).toMatchObject([{ log: { lvl: 3 } }])
  })

  test('quiet leaves out what only tells how it goes', async () => {
    const { output, stdout } = openScene({ quiet: true })
    output.log('info', 'x')
    output.log('warn', 'y')
    await output.close()
    expect(events(stdout())).toMatchObject([{ log: { msg: 'y' } }])
  })
})

describe('the result', () => {
  const error = {
    category: 'rio-ware-not-found',
    message: 'it is\nnot there',
    details: { task: 'fetch the ware', hint: 'look; ask' },
  }

  test('has record and error where outputs are missing, and comes once', async () => {
    const { output, stdout } = openScene()
    output.record(record)
    output.failure(problem)
    await output.close()
    expect(events(stdout())).toEqual([{ result: { runRecord: record, error } }])
  })

  test('has an error alone where there is no record', async () => {
    const { output, stdout } = openScene()
    output.failure(problem)
    await output.close()
    expect(events(stdout())).toEqual([{ result: { error } }])
  })

  test('is none when nothing has a result', async () => {
    const { output, stdout } = openScene()
    await output.close()
    expect(stdout()).toBe('')
  })

  test.each<[ErrorCode, string]>([
    ['usage', 'repeatr-usage-error'],
    ['warehouse-unwritable', 'rio-warehouse-unwritable'],
    ['ware-hash-mismatch', 'rio-hash-mismatch'],
    ['cancelled', 'rio-cancelled'],
    ['filter-rejection', 'rio-filter-rejection'],
    ['job-unsuccessful', 'repeatr-job-unsuccessful'],
    ['job-invalid', 'repeatr-job-invalid'],
    ['executor-problem', 'repeatr-executor-problem'],
    ['cluster-unreachable', 'repeatr-cluster-unreachable'],
  ])('has the category of Repeatr: %s is %s', async (code, category) => {
    const { output, stdout } = openScene()
    output.failure({ ...problem, code })
    await output.close()
    expect(events(stdout())).toMatchObject([{ result: { error: { category } } }])
  })
})

test('events of the steps of a plot carry their names, and the plot has the last word', async () => {
  const { output, stdout } = openScene()
  const [a, b] = [output.step('a'), output.step('b')]
  const whole = { second, isStart: true, isEnd: true }
  a.lines.write({ ...whole, isEnd: false, bytes: Buffer.from('half') })
  b.log('info', 'the action runs')
  b.record(record)
  b.end()
  a.failure(problem)
  a.end()
  output.plotRecord({ plotresults: {} })
  await output.close()
  expect(events(stdout())).toMatchObject([
    { log: { msg: 'the action runs', step: 'b' } },
    { result: { step: 'b', runRecord: record } },
    { txt: { msg: 'half', step: 'a' } },
    { result: { step: 'a', error: { category: 'rio-ware-not-found' } } },
    { result: { plotRecord: { plotresults: {} } } },
  ])
})
