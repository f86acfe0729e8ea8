// Why a formula cannot be pushed.

import { quote, R2k8sError, type Problem } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { compareFormulas } from './compare-formulas.ts'
import type { NamedFormula, SendOptions } from './send-formulas.ts'

export function notInstalled(formula: NamedFormula): R2k8sError {
  return new R2k8sError([
    {
      code: 'rejected-by-cluster',
      task: taskOf(formula),
      why: 'the cluster does not know Formulas: r2k8s is not installed in it',
      hints: ['whoever runs the cluster installs it: kubectl r2k8s install'],
    },
  ])
}

/** Undefined when the Formula that is there will do. */
export function differenceOf(
  formula: NamedFormula,
  present: JsonObject,
  { settings, namespace, warn }: SendOptions,
): Problem | undefined {
  const { name, content } = formula
  const compared = compareFormulas(present, content, settings)
  const place = formula.namespace ?? namespace
  const remove = `while nothing is created from it, delete it with "kubectl delete formula ${name} -n ${place}"`
  if (compared.kind === 'same') {
    for (const ware of compared.unindexed) {
      warn(
        `Formula ${quote(name)} stays without index of ${ware}: ${remove}, and push again`,
      )
    }
    return undefined
  }
  return {
    code: 'rejected-by-cluster',
    task: taskOf(formula),
    why: compared.why,
    hints: [
      `a Formula never changes: ${remove}, and push again`,
      'or push this one beside it with --name OTHER, which is for one formula',
    ],
  }
}

export function taskOf({ name, file }: NamedFormula): string {
  return `push ${quote(file)} as Formula ${quote(name)}`
}
