// Records of runs that went well, kept so that they need not run again (formulas.md §9.4): a file per
// formula, named by what its author wrote, as Repeatr's are.

import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quote, R2k8sError } from '../errors.ts'
import type { Formula } from '../formula/formula.ts'
import { readSmallFile } from '../host/read-small-file.ts'
import { isObject, parseJson, type JsonObject } from '../json.ts'
import { explainSystemError } from '../system-error.ts'
import { readRunRecord, type ReadRecord } from './run-record.ts'

export interface Memo {
  /** As it was printed. */
  readonly record: JsonObject
  readonly results: ReadRecord['results']
}

type Kept = Pick<Formula, 'dialect' | 'id' | 'rawId' | 'outputs'>

/**
 * Undefined when there is none, or when what is there is not the record of a run of this formula that went
 * well: Repeatr keeps those of failures, too.
 */
export async function readMemo(
  directory: string,
  formula: Kept,
  warn: (why: string) => void,
): Promise<Memo | undefined> {
  const text = await readSmallFile(fileOf(directory, formula), warn)
  const record = text === undefined ? undefined : parseJson(text)
  if (text === undefined) return undefined
  const read = isObject(record) ? readRunRecord(record, formula.dialect) : undefined
  if (!isObject(record) || read === undefined) {
    warn('it is no run record')
    return undefined
  }
  const { formulaId, exitCode, results } = read
  const isWhole = formula.outputs.every(({ name }) => results.has(name))
  if (formulaId !== formula.id || exitCode !== 0 || !isWhole) return undefined
  return { record, results }
}

/** Whole or not at all. @throws R2k8sError */
export async function writeMemo(
  directory: string,
  formula: Kept,
  record: JsonObject,
): Promise<void> {
  const hidden = join(directory, `.tmp.memo.${randomUUID()}`)
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(hidden, `${JSON.stringify(record)}\n`, { flag: 'wx' })
    await rename(hidden, fileOf(directory, formula))
  } catch (error) {
    await rm(hidden, { force: true }).catch(() => undefined) // it was never there
    const why = `${quote(directory)}: ${explainSystemError(error)}`
    const task = 'keep the record of the run'
    throw new R2k8sError([{ code: 'output-unwritable', task, why }], { cause: error })
  }
}

/** Base58, or a CID: nothing that leads out of the directory. */
function fileOf(directory: string, { rawId }: Kept): string {
  return join(directory, rawId)
}
