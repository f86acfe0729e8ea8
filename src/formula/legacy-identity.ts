// The setup hash of legacy Repeatr: what is to be run, without where anything is stored.

import { sortedByKey } from './byte-order.ts'
import type { CborValue } from './cbor.ts'
import { hashOfCbor, presentMembers, unlessEmpty } from './identity.ts'
import type { LegacyAction, LegacyDocument, LegacyInput, LegacyOutput } from './legacy.ts'

/**
 * Over the document as written: no default but the mount counts, and nothing is validated. The
 * literal maps below are in bytewise order of their keys already.
 */
export function legacySetupHash(document: LegacyDocument): string {
  return hashOfCbor(
    new Map<string, CborValue>([
      ['action', encodeAction(document.action)],
      ['inputs', encodeNamed(document.inputs, encodeInput)],
      ['outputs', encodeNamed(document.outputs, encodeOutput)],
    ]),
  )
}

function encodeAction(action: LegacyAction): CborValue {
  const mounts = sortedByKey(action.mounts)
  return presentMembers([
    ['command', unlessEmpty(action.command)],
    ['cradle', action.cradle],
    ['cwd', unlessEmpty(action.cwd)],
    ['env', unlessEmpty(sortedByKey(action.env))],
    // Go's omitempty does not apply to a struct: the key is there even when nothing is in it.
    ['escapes', presentMembers([['mounts', unlessEmpty(mounts)]])],
    ['hostname', unlessEmpty(action.hostname)],
    ['policy', unlessEmpty(action.policy)],
  ])
}

function encodeNamed<T extends { readonly name: string }>(
  items: readonly T[],
  encode: (item: T) => CborValue,
): CborValue {
  return sortedByKey(new Map(items.map((item) => [item.name, encode(item)])))
}

function encodeInput(input: LegacyInput): CborValue {
  return new Map([
    ['hash', input.hash],
    ['mount', input.mount],
    ['type', input.type],
  ])
}

function encodeOutput(output: LegacyOutput): CborValue {
  return presentMembers([
    ['cnj', output.conjecture === undefined ? undefined : true],
    ['filters', encodeFilters(output.filters)],
    ['hash', output.conjecture ?? ''],
    ['mount', output.mount],
    ['type', output.type],
  ])
}

function encodeFilters(filters: LegacyOutput['filters']): CborValue | undefined {
  if (filters === null || filters === undefined) return filters
  return ['uid', 'gid', 'mtime'].flatMap((name) => {
    const word = filters[name]
    return word === undefined ? [] : [`${name} ${word}`]
  })
}
