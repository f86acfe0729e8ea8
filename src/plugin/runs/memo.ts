// Whether a formula needs to run at all: not when it has run well, and what it made is where it is to be.

import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { R2k8sError } from '../../errors.ts'
import type { Formula } from '../../formula/formula.ts'
import { readMemo, writeMemo, type Memo } from '../../run/memos.ts'
import type { OrderedOutputs } from '../../run/order-outputs.ts'
import { inspectCopy } from '../../transfer/standing-copy.ts'
import { quoteAddress } from '../../ware/address-text.ts'
import { parseWareId } from '../../ware/ware-id.ts'
import { parseWarehouseAddress } from '../../ware/warehouse-address.ts'
import { cacheBaseOf } from '../cache-base.ts'
import type { Runner } from './runner.ts'
import type { Outcome } from './stay-with.ts'

/** Undefined when it is to run. @throws R2k8sError cancelled */
export async function recallRun(
  formula: Formula,
  ordered: OrderedOutputs,
  runner: Runner,
): Promise<Memo | undefined> {
  const directory = memoDirectory(formula, runner)
  if (directory === undefined || runner.options.force === true) return undefined
  const { output } = runner
  const memo = await readMemo(directory, formula, (why) => {
    output.log('warn', `the record of an earlier run cannot be read: ${why}`)
  })
  if (memo === undefined) return undefined
  const missing = await whatIsMissing(memo, ordered, runner)
  if (missing !== undefined) {
    output.log('info', `it has run before, but runs again: ${missing}`)
    return undefined
  }
  const isKept = ordered.outputs.some(
    ({ addresses, held }) => addresses.length > 0 || held,
  )
  const found = `it has run before${isKept ? ', and what it made is there' : ''}`
  output.log('info', `not run again: ${found} (--force runs it)`)
  return memo
}

/** Of runs that went well. One that cannot be kept is no failure of the run. */
export async function keepRecord(
  formula: Formula,
  { code, record }: Outcome,
  runner: Runner,
): Promise<void> {
  const directory = memoDirectory(formula, runner)
  if (directory === undefined || code !== 0 || record === undefined) return
  try {
    await writeMemo(directory, formula, record)
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    runner.output.log('warn', error.message)
  }
}

/** Whether anything is to be kept. */
export function keepsMemos({ io, options }: Runner): boolean {
  return options.memo === true || Boolean(io.env['REPEATR_MEMODIR'])
}

/**
 * Repeatr's own place, where it is set, switches this on as it does there. What somebody types or pipes is no
 * part of the formula, nor is what lies in a directory of a node.
 */
function memoDirectory({ inputs }: Formula, runner: Runner): string | undefined {
  const { io, options, settings } = runner
  if (options.stdin === true || !keepsMemos(runner)) return undefined
  if (inputs.some(({ source }) => source.kind === 'mount')) return undefined
  const { env, cwd } = io
  const set = env['REPEATR_MEMODIR']
  if (set) return resolve(cwd, set)
  // Whatever else decides what a run gives has a place of its own.
  const { agentImage, baseImage, ownership } = settings
  const grounds = JSON.stringify([agentImage, baseImage, ownership])
  const name = createHash('sha256').update(grounds).digest('hex').slice(0, 16)
  return join(cacheBaseOf(env, cwd), 'memos', name)
}

/** A run would leave its outputs in certain places: all of them must have them already. */
async function whatIsMissing(
  { results }: Memo,
  { outputs, fetched }: OrderedOutputs,
  { transfer }: Runner,
): Promise<string | undefined> {
  for (const { name, packtype, addresses } of outputs) {
    const result = results.get(name) ?? ''
    if (result === `${packtype}:-`) continue // a path that was never made
    const ware = parseWareId(result)
    if ('why' in ware) return `${name}: ${ware.why}`
    const here = fetched.find(({ output }) => output === name)?.targets ?? []
    for (const text of [...addresses, ...here]) {
      const parsed = parseWarehouseAddress(text, packtype)
      if ('why' in parsed) return parsed.why
      const copy = await inspectCopy(parsed.address, ware, transfer)
      if (copy.kind === 'whole' || copy.kind === 'unread') continue
      const why = 'why' in copy ? copy.why : 'it is not there'
      return `${name} at ${quoteAddress(text)}: ${why}`
    }
  }
  return undefined
}
