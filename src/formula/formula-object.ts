// The Formula object of the cluster (`formulas.r2k8s.io`): a document with its ID and what the
// client knows of its wares.

import { quote, type Problem } from '../errors.ts'
import {
  isArray,
  isObject,
  isString,
  member,
  memberString,
  type JsonValue,
} from '../json.ts'
import type { TextReader } from '../located.ts'
import { parseWareId } from '../ware/ware-id.ts'
import { whyNoWarehouse } from '../ware/warehouse-address.ts'
import { readWareIndex, type WareIndex } from '../ware/ware-index.ts'
import type { Formula } from './formula.ts'
import type { Problems } from './problem-log.ts'
import { readFormula } from './read-formula.ts'

export interface FormulaObject {
  readonly name: string
  /** Absent in a manifest that leaves it to `kubectl apply -n`. */
  readonly namespace: string | undefined
  readonly formula: Formula
  /** By ware ID. Not every ware of the formula needs one. */
  readonly indexes: ReadonlyMap<string, WareIndex>
  /** Warehouse addresses to ask before those in the text. */
  readonly sources: readonly string[]
}

export const formulaApiVersion = 'r2k8s.io/v1alpha1'

export function isFormulaObject(object: JsonValue): boolean {
  return (
    memberString(object, 'apiVersion') === formulaApiVersion &&
    memberString(object, 'kind') === 'Formula'
  )
}

export type ReadFormulaObject = { object: FormulaObject } | { problems: Problems }

/**
 * Everything is recomputed from `spec.source`: whoever may write a Formula could otherwise pin one
 * ID to the text of another. Members of `spec` that are unknown here are left to later versions.
 */
export function readFormulaObject(
  object: JsonValue,
  readYaml: TextReader,
): ReadFormulaObject {
  const problems: Problem[] = []
  const report: Report = (pointer, why) => {
    problems.push({ code: 'formula-invalid', task: 'read the Formula', why, pointer })
  }
  if (!isFormulaObject(object)) {
    report('/apiVersion', `it is no Formula of ${formulaApiVersion}`)
  }
  const metadata = member(object, 'metadata')
  const name = memberString(metadata, 'name') ?? ''
  const namespace = memberString(metadata, 'namespace')
  if (name === '') report('/metadata/name', 'it has no name')
  const spec = member(object, 'spec')
  const indexes = readIndexes(member(spec, 'wares'), report)
  const sources = readWarehouses(member(spec, 'warehouses'), report)
  const source = memberString(spec, 'source')
  if (source === undefined) report('/spec/source', 'the source is missing, or no string')
  const read = readSource(source, { namespace, name }, readYaml)
  if (read !== undefined && 'problems' in read) problems.push(...read.problems)
  else if (read !== undefined) {
    checkClaims(spec, read.formula, report)
    if (problems.length === 0)
      return { object: { name, namespace, formula: read.formula, indexes, sources } }
  }
  const [first = nothingRead, ...others] = problems
  return { problems: [first, ...others] }
}

type Report = (pointer: string, why: string) => void

/** Cannot be met: without a source there is a problem. */
const nothingRead: Problem = {
  code: 'formula-invalid',
  task: 'read the Formula',
  why: 'it holds no formula',
}

function readSource(
  source: string | undefined,
  { namespace, name }: { namespace: string | undefined; name: string },
  readYaml: TextReader,
): ReturnType<typeof readFormula> | undefined {
  if (source === undefined) return undefined
  const file =
    namespace === undefined ? `Formula/${name}` : `Formula/${namespace}/${name}`
  return readFormula(source, file, readYaml)
}

function checkClaims(
  spec: JsonValue | undefined,
  formula: Formula,
  report: Report,
): void {
  const id = memberString(spec, 'id')
  if (id !== formula.id) {
    report(
      '/spec/id',
      `it says ${quote(id ?? 'nothing')}, but the source has the ID "${formula.id}"`,
    )
  }
  const dialect = memberString(spec, 'dialect')
  if (dialect !== formula.dialect) {
    report(
      '/spec/dialect',
      `it says ${quote(dialect ?? 'nothing')}, but the source is ${formula.dialect}`,
    )
  }
}

function readIndexes(
  wares: JsonValue | undefined,
  report: Report,
): ReadonlyMap<string, WareIndex> {
  const indexes = new Map<string, WareIndex>()
  if (wares === undefined) return indexes
  if (!isObject(wares)) {
    report('/spec/wares', 'wares is a map from ware IDs to indexes')
    return indexes
  }
  for (const [text, value] of Object.entries(wares)) {
    const parsed = parseWareId(text)
    if ('why' in parsed) {
      report('/spec/wares', parsed.why)
      continue
    }
    const read = readWareIndex(value, `/spec/wares/${text}`)
    if ('index' in read) indexes.set(text, read.index)
    else for (const problem of read.problems) report(problem.where, problem.why)
  }
  return indexes
}

function readWarehouses(value: JsonValue | undefined, report: Report): readonly string[] {
  if (value === undefined) return []
  if (!isArray(value) || !value.every(isString)) {
    report('/spec/warehouses', 'warehouses is a list of addresses')
    return []
  }
  value.forEach((address, i) => {
    const why = whyNoWarehouse(address)
    if (why !== undefined) report(`/spec/warehouses/${i}`, why)
  })
  return value
}
