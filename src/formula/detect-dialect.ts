// Which of the three dialects a document is written in, by its marks.

import { quote } from '../errors.ts'
import type { Located, LocatedMember } from '../located.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import type { Dialect } from './formula.ts'

export type Detected =
  | { readonly kind: 'dialect'; readonly dialect: Dialect }
  | {
      readonly kind: 'unknown'
      readonly why: string
      readonly hints?: readonly string[]
      readonly offset: number
    }

/** Looks at members only, never validates: that is up to the reader of the dialect. */
export function detectDialect(root: Located): Detected {
  if (root.kind !== 'object') return unknown(root, 'a formula is a map at its top level')
  const members = root.members
  const old = members.find(({ key }) =>
    /^(?:Inputs|Outputs|Action|Accents|accents)$/.test(key),
  )
  const listed = members.find(
    ({ key, value }) => (key === 'inputs' || key === 'outputs') && value.kind === 'array',
  )
  if (old !== undefined || listed !== undefined) return refuseOld(old ?? listed)
  const formula = members.find(({ key }) => key === 'formula')
  const bare = members.find(({ key }) => key === 'inputs' || key === 'action')
  if (formula !== undefined && bare !== undefined) {
    const why = `has both "formula" (Timeless, Warpforge) and ${quote(bare.key)} (legacy) at its top level`
    return { kind: 'unknown', why, offset: bare.keyRange.start }
  }
  if (formula !== undefined) return detectCapsule(formula)
  if (bare !== undefined) return detectLegacy(root, bare)
  return refuseOther(root, members)
}

function unknown(node: Located, why: string, hints?: readonly string[]): Detected {
  const offset = node.range.start
  return { kind: 'unknown', why, offset, ...(hints === undefined ? {} : { hints }) }
}

/** `formula` holds the formula itself in Timeless, one capsule in Warpforge. */
function detectCapsule(formula: LocatedMember): Detected {
  const { value } = formula
  if (value.kind !== 'object') return unknown(value, '"formula" must be a map')
  const capsule = value.members.find(({ key }) => /^formula\.v\d+$/.test(key))
  const bare = value.members.find(({ key }) =>
    ['inputs', 'action', 'outputs'].includes(key),
  )
  if (capsule !== undefined && bare !== undefined) {
    const why = `"formula" holds both ${quote(capsule.key)} (Warpforge) and ${quote(bare.key)} (Timeless)`
    return { kind: 'unknown', why, offset: bare.keyRange.start }
  }
  if (capsule !== undefined && capsule.key !== 'formula.v1') {
    const why = `${quote(capsule.key)} is a version of Warpforge formulas that is not supported, only "formula.v1"`
    return { kind: 'unknown', why, offset: capsule.keyRange.start }
  }
  if (capsule !== undefined) return { kind: 'dialect', dialect: 'warpforge' }
  if (bare === undefined) {
    return unknown(
      value,
      '"formula" holds neither "formula.v1" (Warpforge) nor "inputs" (Timeless)',
    )
  }
  const stray = value.members.map(findWarpforgeMark).find((mark) => mark !== undefined)
  if (stray === undefined) return { kind: 'dialect', dialect: 'timeless' }
  const mark = stray.kind === 'scalar' ? quote(stray.text) : 'this map'
  return unknown(
    stray,
    `it is a Timeless formula, but ${mark} is Warpforge's way to write it`,
    ['a Warpforge formula stands in a capsule: {"formula": {"formula.v1": {…}}}'],
  )
}

/** Inputs with a kind in front, or an action that is one of several kinds. */
function findWarpforgeMark({ key, value }: LocatedMember): Located | undefined {
  if (value.kind !== 'object') return undefined
  if (key === 'inputs') {
    return value.members.map((input) => input.value).find(isWarpforgeInput)
  }
  if (key !== 'action') return undefined
  return value.members.find(
    (action) =>
      action.value.kind === 'object' && ['exec', 'script', 'echo'].includes(action.key),
  )?.value
}

function isWarpforgeInput(input: Located): boolean {
  if (input.kind === 'object') return input.members.some(({ key }) => key === 'basis')
  return input.kind === 'scalar' && /^(?:ware|literal):/.test(input.text)
}

/** Without `formula` around it: legacy, unless someone left the wrapping out. */
function detectLegacy(root: Located, bare: LocatedMember): Detected {
  const { value } = bare
  if (value.kind !== 'object') return { kind: 'dialect', dialect: 'legacy' }
  const input = value.members.find((member) => member.value.kind === 'scalar')?.value
  const unwrapped =
    bare.key === 'inputs'
      ? input?.kind === 'scalar' && typeof input.value === 'string'
      : value.members.some(({ key }) => key === 'exec' || key === 'script')
  if (!unwrapped) return { kind: 'dialect', dialect: 'legacy' }
  return unknown(
    root,
    'looks like a Timeless or Warpforge formula without its wrapping',
    [
      'write {"formula": {"inputs": …}} (Timeless) or {"formula": {"formula.v1": …}} (Warpforge)',
    ],
  )
}

function refuseOld(mark: LocatedMember | undefined): Detected {
  const why =
    mark?.value.kind === 'array'
      ? `has a list under ${quote(mark.key)}`
      : `has the member ${quote(mark?.key ?? '')}`
  return {
    kind: 'unknown',
    why: `${why}, as formulas of Repeatr 0.5 and older do; those are not supported`,
    hints: ['write it in the format of Repeatr 0.6 or later: maps, and lower-case keys'],
    offset: mark?.keyRange.start ?? 0,
  }
}

/** What a document is that has such a member at its top level. */
export const otherDocuments: ReadonlyMap<string, string> = new Map([
  ['plot.v1', 'a Warpforge plot'],
  ['module.v1', 'a Warpforge module'],
  ['catalogmodule.v1', 'a module of a Warpforge catalog'],
  ['catalogmirrors.v1', 'a list of mirrors of a Warpforge catalog'],
  ['apiVersion', 'a Kubernetes manifest'],
])

function refuseOther(root: Located, members: readonly LocatedMember[]): Detected {
  const other = members.find(({ key }) => otherDocuments.has(key))
  if (other !== undefined) {
    return unknown(root, `it is ${otherDocuments.get(other.key) ?? ''}, not a formula`)
  }
  const newer = members.find(({ key }) => /^(plot|module)\.v\d+$/.test(key))
  if (newer !== undefined) {
    const what = newer.key.split('.')[0] ?? ''
    return unknown(
      root,
      `${quote(newer.key)} is a version of Warpforge ${what}s that is not supported, only "${what}.v1"`,
    )
  }
  const known = ['formula', 'inputs', 'action']
  const near = members.find(({ key }) => nearestWord(key, known) !== undefined)
  const hint = near && [`did you mean ${quote(nearestWord(near.key, known) ?? '')}?`]
  return unknown(
    root,
    'it has neither "formula" nor "inputs" and "action" at its top level',
    hint,
  )
}
