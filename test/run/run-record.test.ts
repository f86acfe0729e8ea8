import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/formula/formula.ts'
import type { RunAbout } from '../../src/run/run-order.ts'
import { makeRunRecord, printRunRecord } from '../../src/run/run-record.ts'

function about(dialect: Dialect, outputs: readonly string[]): RunAbout {
  return {
    guid: '0c8kq3vz-h38dytp5-0q9m2x7e',
    name: 'build-0q9m2x7e',
    formula: 'build.formula',
    formulaId: '5vgLQpguTXYiaYL8kwZLNw4dmrpUtjGMtrBCNJNqzpkZXG9UCYXj4zkvpQPuP4BVNz',
    dialect,
    time: 1_795_282_183,
    onDisconnect: 'finish',
    timeoutSeconds: 60,
    leaseSeconds: 120,
    outputs,
    fetched: [],
  }
}

function printed(
  dialect: Dialect,
  outputs: Readonly<Record<string, string>>,
  hostname: string | undefined = 'node-1',
): string {
  const results = new Map(Object.entries(outputs).reverse())
  const record = makeRunRecord(about(dialect, [...Object.keys(outputs), 'absent']), {
    ...{ exitCode: 3, results, hostname },
  })
  return printRunRecord(record)
}

describe('a run record', () => {
  test('of a Timeless formula has the members and the form of Repeatr', () => {
    expect(printed('timeless', { '/task/a': 'tar:a', '/task/b': 'tar:-' })).toBe(
      `{
    "guid": "0c8kq3vz-h38dytp5-0q9m2x7e",
    "time": 1795282183,
    "formulaID": "5vgLQpguTXYiaYL8kwZLNw4dmrpUtjGMtrBCNJNqzpkZXG9UCYXj4zkvpQPuP4BVNz",
    "exitCode": 3,
    "results": {
        "/task/a": "tar:a",
        "/task/b": "tar:-"
    },
    "hostname": "node-1"
}
`,
    )
  })

  test('without outputs and without a host has empty results, and no host', () => {
    const record = makeRunRecord(about('timeless', []), {
      ...{ exitCode: 0, results: new Map(), hostname: undefined },
    })
    expect(JSON.stringify(record)).toBe(
      '{"guid":"0c8kq3vz-h38dytp5-0q9m2x7e","time":1795282183,"formulaID":' +
        '"5vgLQpguTXYiaYL8kwZLNw4dmrpUtjGMtrBCNJNqzpkZXG9UCYXj4zkvpQPuP4BVNz","exitCode":0,"results":{}}',
    )
  })

  test('of a Warpforge formula has the members of Warpforge', () => {
    expect(printed('warpforge', { 'out-a': 'tar:a', 'out-b': 'tar:b' })).toBe(
      `{
    "guid": "0c8kq3vz-h38dytp5-0q9m2x7e",
    "time": 1795282183,
    "formulaID": "5vgLQpguTXYiaYL8kwZLNw4dmrpUtjGMtrBCNJNqzpkZXG9UCYXj4zkvpQPuP4BVNz",
    "exitcode": 3,
    "results": {
        "out-a": "ware:tar:a",
        "out-b": "ware:tar:b"
    }
}
`,
    )
  })

  test('of a legacy formula is sorted through and through, and has the exit code among its results', () => {
    expect(printed('legacy', { '#x': 'tar:x', out: 'tar:y' })).toBe(
      `{
    "UID": "0c8kq3vz-h38dytp5-0q9m2x7e",
    "formulaHID": "5vgLQpguTXYiaYL8kwZLNw4dmrpUtjGMtrBCNJNqzpkZXG9UCYXj4zkvpQPuP4BVNz",
    "results": {
        "#x": {
            "hash": "x",
            "type": "tar"
        },
        "$exitcode": {
            "hash": "3",
            "type": "exitcode"
        },
        "out": {
            "hash": "y",
            "type": "tar"
        }
    },
    "when": "2026-11-21T17:29:43Z"
}
`,
    )
  })

  test('of a legacy formula is sorted by bytes, not by UTF-16', () => {
    const names = [
      ...printed('legacy', { '\uffee': 'tar:x', '😀': 'tar:y' }).matchAll(/"(.)": \{/gu),
    ]
    expect(names.map(([, name]) => name)).toEqual(['\uffee', '😀'])
  })
})
