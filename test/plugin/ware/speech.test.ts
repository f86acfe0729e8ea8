import { describe, expect, test } from 'vitest'
import { openWareOutput } from '../../../src/plugin/ware/ware-output.ts'
import type { TransferEvent } from '../../../src/ware/transfer-event.ts'
import {
  answering,
  containing,
  example,
  matching,
  other,
  serve,
} from '../../transfer/fixtures.ts'
import { packTar, record } from '../../ware/records.ts'
import { quietIo } from '../cli.ts'
import { openWorkshop, packApp } from './wares.ts'

function parseLines(stdout: string): Record<string, unknown>[] {
  expect(stdout.endsWith('\n')).toBe(true)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => Object.fromEntries(Object.entries(JSON.parse(line) as object)))
}

function membersOf(lines: readonly object[]): string[] {
  return lines.map((line) => Object.keys(line).join('+'))
}

describe('in the format json', () => {
  test.each([
    ['pack tar app --filters lossless'],
    ['pack tar app --filters lossless --target ca+file://wares'],
    ['scan tar --source file://app.tar --filters lossless'],
    [
      'unpack ID place --source file://gone.tar --source file://app.tar --filters lossless',
    ],
    ['mirror ID --source file://app.tar --target ca+file://wares'],
  ])('%s ends with the result', async (args) => {
    const shop = openWorkshop()
    const id = await shop.id('pack tar app --filters lossless --target file://app.tar')
    const { exit, stdout, stderr } = await shop.ware(
      `${args.replace('ID', id)} --format json`,
    )
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    const lines = parseLines(stdout)
    expect(lines.at(-1)).toEqual({ result: { wareID: id } })
    for (const member of membersOf(lines.slice(0, -1))) {
      expect(member).toMatch(/^(log|prog)$/)
    }
  })

  test('tells of warehouses by level, and of bytes', async () => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    const wrong = await serve(answering(other.tar))
    const absent = await serve(answering('', { status: 404 }))
    const { stdout } = await shop.ware(
      `unpack ${id} place --source ${absent} --source ${wrong} --source ca+file://wares --format json`,
    )
    const lines = parseLines(stdout)
    const logs = lines.flatMap((line) => ('log' in line ? [line['log']] : []))
    const t = matching(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(logs).toEqual([
      {
        t,
        lvl: 2,
        msg: containing(absent),
        detail: [
          ['wareID', id],
          ['category', 'ware-not-found'],
        ],
      },
      {
        t,
        lvl: 3,
        msg: containing(wrong),
        detail: [
          ['wareID', id],
          ['category', 'ware-hash-mismatch'],
        ],
      },
    ])
    expect(lines.find((line) => 'prog' in line)).toEqual({
      prog: {
        phase: 'fetch',
        desc: id,
        totalProg: other.tar.length,
        totalWork: other.tar.length,
      },
    })
  })

  test.each([
    ['scan tar --source file://nothing/app.tar', 3, 'rio-warehouse-unavailable'],
    ['scan tar --source file://nothing.tar', 5, 'rio-ware-not-found'],
    ['scan tar --source file://app/text', 6, 'rio-ware-corrupt'],
    [`unpack ${example.text} p --source file://app.tar`, 7, 'rio-hash-mismatch'],
    ['pack tar app --target ca+file://nothing', 4, 'rio-warehouse-unwritable'],
    ['pack tar app --filters uid=x', 1, 'rio-usage-error'],
    ['scan tar --source file://app.tar --limits nothing=1', 1, 'rio-usage-error'],
    ['unpack tar:x p --source file://app.tar', 1, 'rio-usage-error'],
  ])('%s ends with the error', async (args, code, category) => {
    const shop = openWorkshop()
    await shop.id('pack tar app --target file://app.tar')
    const { exit, stdout, stderr } = await shop.ware(`${args} --format json`)
    expect(exit).toBe(code)
    expect(stderr).toMatch(/^error: cannot /)
    const lines = parseLines(stdout)
    for (const member of membersOf(lines.slice(0, -1))) {
      expect(member).toMatch(/^(log|prog)$/)
    }
    expect(lines.at(-1)).toMatchObject({
      result: {
        wareID: '',
        error: {
          category,
          message: matching(/./),
          details: { task: matching(/./) },
        },
      },
    })
  })

  test('names levels by numbers', () => {
    let text = ''
    const io = {
      ...quietIo(),
      writeStdout: (chunk: string | Uint8Array) => void (text += String(chunk)),
    }
    const { report } = openWareOutput({ format: 'json', progress: 'none' }, io)
    const levels = ['debug', 'info', 'warn', 'error'] as const
    for (const level of levels) report({ kind: 'log', level, message: level })
    expect(parseLines(text)).toMatchObject(
      levels.map((msg, i) => ({ log: { lvl: i + 1, msg, detail: [] } })),
    )
  })
})

describe('in the format dumb', () => {
  test('stdout is one line: the ID', async () => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    for (const args of [
      'pack tar app --filters lossless',
      `unpack ${id} place --filters lossless --source file://nothing --source ca+file://wares`,
      `mirror ${id} --source ca+file://wares --target file://copy.tar`,
      'scan tar --source file://copy.tar',
    ]) {
      const { stdout } = await shop.ware(args)
      expect(stdout, args).toBe(`${id}\n`)
    }
  })

  test('stdout is empty when it fails, and stderr tells what happened on the way', async () => {
    const { ware } = openWorkshop()
    const { exit, stdout, stderr } = await ware(
      `unpack ${example.text} place --source file://nothing --source file://nowhere/a`,
    )
    expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
    const [first, second, error] = stderr.split('\n')
    expect(first).toMatch(/^log: lvl=info msg="file:\/\/nothing": there is no file /)
    expect(second).toMatch(/^log: lvl=warn msg="file:\/\/nowhere\/a": the directory /)
    expect(error).toMatch(/^error: cannot fetch tar:.* \[ware-not-found\]$/)
  })

  test('a server cannot forge lines or colours', async () => {
    const { ware } = openWorkshop()
    const name = 'a\nlog: lvl=info msg=forged\u001b[31m'
    const evil = await serve(answering(packTar([record(name), record(`${name}/b`)])))
    const { stderr } = await ware(`unpack ${example.text} place --source ${evil}`)
    expect(stderr).toContain('forged')
    expect(stderr).not.toContain('\u001b')
    expect(stderr.split('\n').some((line) => line.startsWith('log: lvl=info'))).toBe(
      false,
    )
  })
})

describe('progress', () => {
  const event = {
    kind: 'progress',
    ware: example.text,
    phase: 'fetch',
    done: 50,
  } as const satisfies TransferEvent

  /** A second passes whenever somebody looks at the clock. */
  function speak(progress: 'auto' | 'plain' | 'json' | 'none', terminal: boolean) {
    let stderr = ''
    let stdout = ''
    let now = 0
    const io = {
      ...quietIo(),
      stderrIsTerminal: () => terminal,
      now: () => (now += 1000),
      writeStderr: (text: string) => void (stderr += text),
      writeStdout: (chunk: string | Uint8Array) => void (stdout += String(chunk)),
    }
    const output = openWareOutput({ format: 'dumb', progress }, io)
    for (let i = 0; i < 6; i++) output.report({ ...event, total: 100 })
    output.report(event)
    return { output, stderr: () => stderr, stdout: () => stdout }
  }

  test('is a bar on a terminal, gone before anything else is written', () => {
    const { output, stderr, stdout } = speak('auto', true)
    expect(stderr()).toContain('[============            ] fetch tar:')
    expect(stderr()).toContain('50 % of 100 B')
    expect(stderr()).not.toContain('\n')
    for (const line of stderr().split('\r'))
      expect(line.length).toBeLessThanOrEqual(79 + 3)
    output.report({ kind: 'log', level: 'warn', message: 'a\nb' })
    expect(stderr()).toMatch(/\r\u001b\[Jlog: lvl=warn msg=a b\n$/)
    output.report(event)
    output.report(event)
    output.result('tar:x')
    expect(stderr()).toMatch(/\r\u001b\[J$/)
    expect(stdout()).toBe('tar:x\n')
    output.close()
    expect(stderr()).not.toMatch(/\r\u001b\[J\r\u001b\[J$/)
  })

  test.each([
    ['auto', false, 1],
    ['plain', true, 1],
    ['plain', false, 1],
    ['none', true, 0],
  ] as const)(
    '%s (terminal: %s) writes a line now and then',
    (choice, terminal, count) => {
      const { output, stderr } = speak(choice, terminal)
      output.close()
      const lines = stderr().split('\n').slice(0, -1)
      expect(lines).toHaveLength(count)
      for (const line of lines) expect(line).toMatch(/^fetch tar:.{16}… 50 % of 100 B$/)
    },
  )

  test('json writes objects', () => {
    const { stderr } = speak('json', true)
    const lines = parseLines(stderr())
    const progress = { ware: example.text, phase: 'fetch', done: 50 }
    expect(lines[0]).toEqual({ progress: { ...progress, total: 100 } })
    expect(lines.length).toBeGreaterThan(1)
  })

  test('of a short transfer is silent', async () => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    for (const progress of ['auto', 'plain', 'none']) {
      const { stderr } = await shop.ware(
        `unpack ${id} place --source ca+file://wares --placer direct --progress ${progress}`,
      )
      expect(stderr, progress).toBe('')
    }
  })
})
