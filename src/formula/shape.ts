// Reads members of a document as what they should be; whatever is not goes into the problem log.

import { quote } from '../errors.ts'
import type { Located } from '../located.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import type { Dialect } from './formula.ts'
import type { Place, ProblemLog } from './problem-log.ts'

export type Members = ReadonlyMap<string, Place>

export function documentPlace(node: Located): Place {
  return { node, path: '', offset: node.range.start }
}

/** The members of a map with free keys; when one is repeated, the last counts. */
export function membersOf(log: ProblemLog, place: Place | undefined): Members {
  if (place === undefined) return new Map()
  if (place.node.kind !== 'object') {
    log.report(place, `must be a map, not ${describe(place.node)}`)
  }
  return memberPlaces(place)
}

/** The places of all members, to report what is wrong with one of them alone. */
export function memberPlaces({ node, path }: Place): Members {
  if (node.kind !== 'object') return new Map()
  return new Map(
    node.members.map(({ key, keyRange, value }) => [
      key,
      { node: value, path: memberPath(path, key), offset: keyRange.start },
    ]),
  )
}

/** The same for one member; the place of the map itself when the member is missing. */
export function memberPlace(place: Place, key: string): Place {
  return memberPlaces(place).get(key) ?? place
}

/** The members of a map with fixed keys. What an unknown one or `null` means, the dialect says. */
export function fieldsOf(
  log: ProblemLog,
  place: Place | undefined,
  known: readonly string[],
): Members {
  const style = styles[log.dialect]
  const fields = new Map<string, Place>()
  for (const [name, field] of membersOf(log, place)) {
    if (known.includes(name)) {
      if (!(style.nullIsAbsent && isNull(field.node))) fields.set(name, field)
    } else if (!style.ignoresUnknown) {
      const nearest = nearestWord(name, known)
      const hint =
        nearest === undefined
          ? `known are ${known.join(', ')}`
          : `did you mean "${nearest}"?`
      log.reportKey(field, `is unknown; ${hint}`)
    }
  }
  return fields
}

/** The member `name`, reported when it is missing. */
export function required(
  log: ProblemLog,
  owner: Place,
  fields: Members,
  name: string,
): Place | undefined {
  const field = fields.get(name)
  // An owner of the wrong kind has been reported as such.
  if (field === undefined && owner.node.kind === 'object') {
    log.report(owner, `needs the member "${name}"`)
  }
  return field
}

export function stringOf(log: ProblemLog, place: Place | undefined): string | undefined {
  if (place === undefined) return undefined
  const { node } = place
  if (node.kind === 'scalar') {
    if (typeof node.value === 'string') return node.value
    // YAML: 0123 and true are meant as they are written wherever a string is due.
    if (styles[log.dialect].plainIsString && node.value !== null) return node.text
  }
  log.report(place, `must be a string, not ${describe(node)}`)
  return undefined
}

export function stringsOf(log: ProblemLog, place: Place | undefined): readonly string[] {
  return itemsOf(log, place).map((item) => stringOf(log, item) ?? '')
}

export function itemsOf(log: ProblemLog, place: Place | undefined): readonly Place[] {
  if (place === undefined) return []
  const { node, path } = place
  if (node.kind !== 'array') {
    log.report(place, `must be a list, not ${describe(node)}`)
    return []
  }
  return node.items.map((item, i) => ({
    node: item,
    path: `${path}[${i}]`,
    offset: item.range.start,
  }))
}

export function stringMapOf(
  log: ProblemLog,
  place: Place | undefined,
): ReadonlyMap<string, string> {
  const strings = new Map<string, string>()
  for (const [name, value] of membersOf(log, place)) {
    strings.set(name, stringOf(log, value) ?? '')
  }
  return strings
}

export function booleanOf(
  log: ProblemLog,
  place: Place | undefined,
): boolean | undefined {
  if (place === undefined) return undefined
  const { node } = place
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  log.report(place, `must be true or false, not ${describe(node)}`)
  return undefined
}

export function integerOf(log: ProblemLog, place: Place | undefined): number | undefined {
  if (place === undefined) return undefined
  const { node } = place
  if (node.kind === 'scalar' && Number.isSafeInteger(node.value)) return Number(node.text)
  log.report(place, `must be a whole number, not ${describe(node)}`)
  return undefined
}

export function isNull(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null
}

interface Style {
  readonly ignoresUnknown: boolean
  readonly nullIsAbsent: boolean
  readonly plainIsString: boolean
}

const styles: Readonly<Record<Dialect, Style>> = {
  legacy: { ignoresUnknown: true, nullIsAbsent: true, plainIsString: true },
  timeless: { ignoresUnknown: false, nullIsAbsent: true, plainIsString: false },
  warpforge: { ignoresUnknown: false, nullIsAbsent: false, plainIsString: false },
}

function memberPath(parent: string, key: string): string {
  const step = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quote(key)
  return parent === '' ? step : `${parent}.${step}`
}

/** Never the text of a string: it may be an address with a password in it. */
function describe(node: Located): string {
  if (node.kind === 'object') return 'a map'
  if (node.kind === 'array') return 'a list'
  return typeof node.value === 'string' ? 'a string' : node.text
}
