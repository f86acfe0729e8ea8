// Formulas into the cluster: all are compared with what is there before the first one is created.

import type { ApiClient } from '../../cluster/api-client.ts'
import { formulas } from '../../cluster/resources.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import {
  writeFormulaObject,
  type FormulaContent,
} from '../../formula/write-formula-object.ts'
import { formulaApiVersion } from '../../formula/formula-object.ts'
import type { JsonObject } from '../../json.ts'
import type { Settings } from '../../mutate/settings.ts'
import { differenceOf, notInstalled, taskOf } from './push-problems.ts'

export interface NamedFormula {
  readonly name: string
  /** Undefined: that of the command. */
  readonly namespace: string | undefined
  /** For messages. */
  readonly file: string
  readonly content: FormulaContent
}

export interface SendOptions {
  readonly client: ApiClient
  readonly namespace: string
  readonly settings: Settings
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly tell: (formula: NamedFormula, outcome: 'created' | 'unchanged') => void
  readonly warn: (message: string) => void
}

/** @throws R2k8sError; nothing has been created when a name is taken */
export async function sendFormulas(
  wanted: readonly NamedFormula[],
  options: SendOptions,
): Promise<void> {
  const problems: Problem[] = []
  const seen = new Map<string, JsonObject>()
  const steps: { formula: NamedFormula; isThere: boolean }[] = []
  for (const formula of wanted) {
    const place = placeOf(formula, options)
    const key = `${place.namespace}/${place.name}`
    const present = seen.get(key) ?? (await look(formula, options))
    if (present === undefined) {
      seen.set(key, objectOf(formula, place.namespace))
      steps.push({ formula, isThere: false })
      continue
    }
    const problem = differenceOf(formula, present, options)
    if (problem !== undefined) problems.push(problem)
    if (!seen.has(key)) steps.push({ formula, isThere: true })
    seen.set(key, present)
  }
  throwIfAny(problems)
  for (const { formula, isThere } of steps) {
    if (isThere) options.tell(formula, 'unchanged')
    else await create(formula, options)
  }
}

function placeOf({ name, namespace }: NamedFormula, options: SendOptions) {
  return { resource: formulas, name, namespace: namespace ?? options.namespace }
}

function objectOf({ name, content }: NamedFormula, namespace: string): JsonObject {
  return writeFormulaObject({ name, namespace }, content)
}

async function look(
  formula: NamedFormula,
  options: SendOptions,
): Promise<JsonObject | undefined> {
  const { client, signal } = options
  const place = placeOf(formula, options)
  const found = await unlessCancelled(client.get(place, signal), signal)
  if (found.kind === 'object') return found.object
  // Whether the namespace or the type is what is missing, creating tells.
  if (found.status === 404) return undefined
  throw rejected(taskOf(formula), found)
}

async function create(formula: NamedFormula, options: SendOptions): Promise<void> {
  const { client, dryRun, signal } = options
  const { resource, namespace } = placeOf(formula, options)
  const made = await unlessCancelled(
    client.create({ resource, namespace }, objectOf(formula, namespace), {
      dryRun,
      fieldManager: 'kubectl-r2k8s',
      signal,
    }),
    signal,
  )
  if (made.kind === 'object') {
    options.tell(formula, 'created')
    return
  }
  if (made.status === 404 && (await isTypeMissing(options))) throw notInstalled(formula)
  // Somebody else was faster.
  const present = made.status === 409 ? await look(formula, options) : undefined
  if (present === undefined) throw rejected(taskOf(formula), made)
  const problem = differenceOf(formula, present, options)
  if (problem !== undefined) throw new R2k8sError([problem])
  options.tell(formula, 'unchanged')
}

async function isTypeMissing({ client, signal }: SendOptions): Promise<boolean> {
  const path = `/apis/${formulaApiVersion}`
  const answer = await unlessCancelled(
    client.ask({ method: 'GET', path, signal }),
    signal,
  )
  return answer.kind === 'refused' && answer.status === 404
}
