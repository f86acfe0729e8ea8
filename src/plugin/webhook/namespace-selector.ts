// Which namespaces the webhook leaves alone: the selector of its registration, read as the API server does.

import { isString, isObject, member, memberArray, memberString } from '../../json.ts'
import type { JsonObject, JsonValue } from '../../json.ts'

/** One requirement of a selector. */
export interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** The first requirement that the labels do not meet; undefined when they meet all. */
export function unmetRequirement(
  selector: JsonValue | undefined,
  labels: JsonValue | undefined,
): Requirement | undefined {
  return requirementsOf(selector).find(
    (requirement) => !meets(requirement, memberString(labels, requirement.key)),
  )
}

function requirementsOf(selector: JsonValue | undefined): Requirement[] {
  const matchLabels = member(selector, 'matchLabels')
  const exact: JsonObject = isObject(matchLabels) ? matchLabels : {}
  return [
    ...Object.entries(exact).map(([key, value]) => ({
      key,
      operator: 'In',
      values: [value].filter(isString),
    })),
    ...memberArray(selector, 'matchExpressions').map((each) => ({
      key: memberString(each, 'key') ?? '',
      operator: memberString(each, 'operator') ?? '',
      values: memberArray(each, 'values').filter(isString),
    })),
  ]
}

function meets({ operator, values }: Requirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label)
    case 'NotIn':
      return label === undefined || !values.includes(label)
    case 'Exists':
      return label !== undefined
    case 'DoesNotExist':
      return label === undefined
    default:
      return true // of a later Kubernetes: the trial pod tells
  }
}
