// The two identities of a Timeless formula.

import { sortedByKey } from './byte-order.ts'
import type { CborValue } from './cbor.ts'
import type { FilterWords } from './formula.ts'
import { hashOfCbor, presentMembers, unlessEmpty } from './identity.ts'
import { withTimelessDefaults } from './timeless-defaults.ts'
import type { TimelessAction, TimelessDocument, TimelessUserinfo } from './timeless.ts'

/** Of the document as written: the key under which Repeatr keeps memos. */
export function timelessRawId(document: TimelessDocument): string {
  return hashOfCbor(
    new Map([
      ['inputs', encodeInputs(document)],
      ['action', encodeAction(document.action)],
      ['outputs', encodeOutputs(document)],
    ]),
  )
}

/** Of the document with the defaults filled in: the `formulaID` of run records. */
export function timelessRunId(document: TimelessDocument): string {
  return timelessRawId(withTimelessDefaults(document))
}

function encodeInputs({ inputs }: TimelessDocument): CborValue {
  if (inputs === null) return null
  return sortedByKey(new Map(inputs.map((input) => [input.path, input.source])))
}

/** Members in the order of the Go struct, not of the document. */
function encodeAction(action: TimelessAction): CborValue {
  return presentMembers([
    ['exec', unlessEmpty(action.exec)],
    ['noop', unlessEmpty(action.noop)],
    ['policy', unlessEmpty(action.policy)],
    ['cwd', unlessEmpty(action.cwd)],
    ['env', unlessEmpty(sortedByKey(action.env))],
    // A pointer upstream: an empty map is present.
    ['userinfo', action.userinfo && encodeUserinfo(action.userinfo)],
    ['cradle', unlessEmpty(action.cradle)],
    ['hostname', unlessEmpty(action.hostname)],
  ])
}

function encodeUserinfo(userinfo: TimelessUserinfo): CborValue {
  return presentMembers([
    ['uid', userinfo.uid],
    ['gid', userinfo.gid],
    ['username', unlessEmpty(userinfo.username)],
    ['homedir', unlessEmpty(userinfo.homedir)],
  ])
}

function encodeOutputs({ outputs }: TimelessDocument): CborValue {
  if (outputs === null) return null
  const encoded = outputs.map(({ path, packtype, filters }): [string, CborValue] => [
    path,
    new Map<string, CborValue>([
      ['packtype', packtype],
      ['filters', encodeFilters(filters)],
    ]),
  ])
  return sortedByKey(new Map(encoded))
}

function encodeFilters(filters: FilterWords | null): CborValue {
  return filters && sortedByKey(new Map(Object.entries(filters)))
}
