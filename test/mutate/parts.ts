// Parts of a rewritten pod, for tests to look at.

import { member, memberArray, type JsonValue } from '../../src/json.ts'

export function at(
  value: JsonValue | undefined,
  ...path: readonly (string | number)[]
): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, step) => {
    if (typeof step === 'string') return member(inner, step)
    return Array.isArray(inner) ? (inner as readonly JsonValue[])[step] : undefined
  }, value)
}

export function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

export const container = (result: JsonValue, i = 0): JsonValue | undefined =>
  at(result, 'spec', 'containers', i)

export const fetcher = (result: JsonValue, i = 0): JsonValue | undefined =>
  at(result, 'spec', 'initContainers', i)

/** What the fetcher reads once the kubelet has expanded its environment. */
export function plan(result: JsonValue): JsonValue {
  const written = text(at(fetcher(result), 'env', 0, 'value'))
  return JSON.parse(written.replaceAll('$$', '$')) as JsonValue
}

export const mountPaths = (value: JsonValue | undefined): string[] =>
  memberArray(value, 'volumeMounts').map((mount) => text(at(mount, 'mountPath')))
