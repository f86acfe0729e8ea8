// The record of a run, in the form of the tool whose formula it was (formulas.md §9).

import { compareBytes } from '../formula/byte-order.ts'
import type { Dialect } from '../formula/formula.ts'
import {
  isObject,
  isString,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../json.ts'
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

/** What a record says of a run, in whatever dialect; undefined for what is none. */
export function readRunRecord(
  record: JsonObject,
  dialect: Dialect,
): ReadRecord | undefined {
  const { results } = record
  if (!isObject(results)) return undefined
  const wares = new Map<string, string>()
  for (const [name, value] of Object.entries(results)) {
    const ware = dialect === 'legacy' ? joinWare(value) : value
    if (!isString(ware)) return undefined
    wares.set(name, dialect === 'warpforge' ? ware.replace(/^ware:/, '') : ware)
  }
  const named = dialect === 'legacy' ? 'formulaHID' : 'formulaID'
  const formulaId = memberString(record, named)
  const exitCode =
    dialect === 'legacy'
      ? Number(wares.get('$exitcode')?.replace('exitcode:', ''))
      : record[dialect === 'timeless' ? 'exitCode' : 'exitcode']
  wares.delete('$exitcode')
  if (formulaId === undefined || !Number.isInteger(exitCode)) return undefined
  return { formulaId, exitCode: Number(exitCode), results: wares }
}

export interface ReadRecord {
  readonly formulaId: string
  readonly exitCode: number
  /** Ware IDs by name of the output. */
  readonly results: ReadonlyMap<string, string>
}

function joinWare(value: JsonValue): string | undefined {
  const type = memberString(value, 'type')
  const hash = memberString(value, 'hash')
  return type === undefined || hash === undefined ? undefined : `${type}:${hash}`
}

function splitWare(ware: string): JsonObject {
  const colon = ware.indexOf(':')
  return { hash: ware.slice(colon + 1), type: ware.slice(0, colon) }
}

/** As Repeatr prints it: four spaces, ended by a line break. */
export function printRunRecord(record: JsonObject): string {
  return `${JSON.stringify(record, undefined, 4)}\n`
}
