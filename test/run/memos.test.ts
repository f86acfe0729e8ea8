import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/formula/formula.ts'
import type { JsonObject } from '../../src/json.ts'
import { readMemo, writeMemo } from '../../src/run/memos.ts'
import { makeRunRecord } from '../../src/run/run-record.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-memos-'))
  made.push(directory)
  return directory
}

const output = {
  ...{ name: 'out', path: '/out', packtype: 'tar', filters: {}, addresses: [] },
  where: 'build.formula:1:1',
}
const formula = (dialect: Dialect) =>
  ({ dialect, id: 'run-id', rawId: 'raw-id', outputs: [output] }) as const

function record(dialect: Dialect, exitCode = 0): JsonObject {
  const about = {
    ...{
      guid: 'g',
      name: 'build',
      formula: 'build.formula',
      formulaId: 'run-id',
      dialect,
    },
    ...{ time: 5, onDisconnect: 'finish' as const, timeoutSeconds: 1, leaseSeconds: 1 },
    ...{ outputs: ['out'], fetched: [] },
  }
  const results = new Map([['out', 'tar:abc']])
  return makeRunRecord(about, { exitCode, results, hostname: 'node' })
}

const silent = () => undefined

describe.each(['legacy', 'timeless', 'warpforge'] as const)(
  'the record of a %s run',
  (dialect) => {
    test('is found as it was kept', async () => {
      const directory = join(makeDirectory(), 'not', 'there')
      await writeMemo(directory, formula(dialect), record(dialect))
      const memo = await readMemo(directory, formula(dialect), silent)
      expect(memo?.record).toEqual(record(dialect))
      expect(memo?.results).toEqual(new Map([['out', 'tar:abc']]))
      expect(readdirSync(directory)).toEqual(['raw-id'])
    })

    test('that failed, as Repeatr keeps them, counts for nothing', async () => {
      const directory = makeDirectory()
      await writeMemo(directory, formula(dialect), record(dialect, 3))
      expect(await readMemo(directory, formula(dialect), silent)).toBeUndefined()
    })
  },
)

describe('a record', () => {
  test.each([
    ['of another formula', { ...record('timeless'), formulaID: 'another' }],
    ['without one of the outputs', { ...record('timeless'), results: {} }],
  ])('%s counts for nothing', async (_, kept) => {
    const directory = makeDirectory()
    await writeMemo(directory, formula('timeless'), kept)
    expect(await readMemo(directory, formula('timeless'), silent)).toBeUndefined()
  })

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['without results', '{"formulaID":"run-id","exitCode":0}'],
    ['with numbers as wares', '{"formulaID":"run-id","exitCode":0,"results":{"out":1}}'],
    ['with an exit code in words', '{"formulaID":"run-id","exitCode":"0","results":{}}'],
  ])('that is %s is told and counts for nothing', async (_, text) => {
    const directory = makeDirectory()
    writeFileSync(join(directory, 'raw-id'), text)
    const told: string[] = []
    const memo = await readMemo(directory, formula('timeless'), (why) => told.push(why))
    expect(memo).toBeUndefined()
    expect(told).toEqual(['it is no run record'])
  })
})

test('what cannot be kept leaves nothing behind', async () => {
  const directory = makeDirectory()
  writeFileSync(join(directory, 'file'), '')
  const kept = writeMemo(join(directory, 'file'), formula('timeless'), record('timeless'))
  await expect(kept).rejects.toMatchObject({ code: 'output-unwritable' })
  expect(readdirSync(directory)).toEqual(['file'])
})
