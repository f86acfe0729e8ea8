// A plan in the environment: from the variable to its value, or to the words why there is none.

import { R2k8sError, throwIfAny, type Problem } from '../errors.ts'
import { isObject, type JsonValue } from '../json.ts'
import { readJsonText } from '../json-text.ts'
import type { Located } from '../located.ts'
import { memberAt, openPlan, type Place } from './shape.ts'

/**
 * Reads the JSON text of a variable and checks its version.
 * @throws R2k8sError usage when the variable is unset; assembly-invalid with everything that `read` reports
 */
export function readPlanText<T>(
  text: string | undefined,
  variable: string,
  read: (plan: Place) => T,
): T {
  const task = `read the plan in ${variable}`
  if (text === undefined || text === '') {
    throw new R2k8sError([{ code: 'usage', task, why: 'the variable is not set' }])
  }
  const { value: located, problems: textProblems } = readJsonText(text)
  if (located === undefined) {
    const why = `it is no JSON: ${textProblems[0]?.message ?? 'nothing is there'}`
    throw new R2k8sError([{ code: 'assembly-invalid', task, why }])
  }
  const problems: Problem[] = []
  const place = openPlan(toJson(located, task), task, problems)
  const version = memberAt(place, 'version')
  if (isObject(place.value) && version.value !== 1) {
    // Of another version nothing else can be judged.
    version.report(version.pointer, 'this program knows version 1 only')
    throwIfAny(problems)
  }
  const plan = read(place)
  throwIfAny(problems)
  return plan
}

/** Two readers could disagree on which of two equal keys counts, so none is taken. */
function toJson(located: Located, task: string): JsonValue {
  if (located.kind === 'scalar') return located.value
  if (located.kind === 'array') return located.items.map((item) => toJson(item, task))
  const members = new Map<string, JsonValue>()
  for (const { key, value } of located.members) {
    if (members.has(key)) {
      const why = `the member ${JSON.stringify(key)} is there twice`
      throw new R2k8sError([{ code: 'assembly-invalid', task, why }])
    }
    members.set(key, toJson(value, task))
  }
  return Object.fromEntries(members)
}
