// The record of a run, in the form of the tool whose formula it was (formulas.md §9).

import { compareBytes } from '../formula/byte-order.ts'
import type { JsonObject } from '../json.ts'
import type { RunAbout } from './run-order.ts'

/** @param results ware IDs by name of the output @param hostname of the node */
export interface RunResult {
  readonly exitCode: number
  readonly results: ReadonlyMap<string, string>
  readonly hostname: string | undefined
}

/** Members in the order in which the dialect's tool prints them. */
export function makeRunRecord(about: RunAbout, result: RunResult): JsonObject {
  const { guid, time, formulaId } = about
  const { exitCode, results, hostname } = result
  // Absent outputs stay away, the others come in bytewise order of their names, as in the formula.
  const named = about.outputs.flatMap((name) => {
    const ware = results.get(name)
    return ware === undefined ? [] : [[name, ware] as const]
  })
  switch (about.dialect) {
    case 'timeless':
      return {
        ...{ guid, time, formulaID: formulaId, exitCode },
        results: Object.fromEntries(named),
        ...(hostname !== undefined && { hostname }),
      }
    case 'warpforge':
      return {
        ...{ guid, time, formulaID: formulaId, exitcode: exitCode },
        results: Object.fromEntries(named.map(([name, ware]) => [name, `ware:${ware}`])),
      }
    case 'legacy':
      return {
        UID: guid,
        formulaHID: formulaId,
        results: Object.fromEntries(
          [
            ['$exitcode', splitWare(`exitcode:${exitCode}`)] as const,
            ...named.map(([name, ware]) => [name, splitWare(ware)] as const),
          ].sort(([a], [b]) => compareBytes(a, b)),
        ),
        when: new Date(time * 1000).toISOString().replace('.000Z', 'Z'),
      }
  }
}

function splitWare(ware: string): JsonObject {
  const colon = ware.indexOf(':')
  return { hash: ware.slice(colon + 1), type: ware.slice(0, colon) }
}

/** As Repeatr prints it: four spaces, ended by a line break. */
export function printRunRecord(record: JsonObject): string {
  return `${JSON.stringify(record, undefined, 4)}\n`
}
