// A legacy document as its author wrote it (Repeatr 0.6 to 0.15): read, not yet judged.

import type { Located } from '../located.ts'
import { isFilterName, readFilterWord, whyUnknownFilter } from '../ware/filters.ts'
import type { FilterWords } from './formula.ts'
import type { Place, ProblemLog } from './problem-log.ts'
import {
  booleanOf,
  documentPlace,
  fieldsOf,
  isNull,
  itemsOf,
  membersOf,
  required,
  stringMapOf,
  stringOf,
  stringsOf,
} from './shape.ts'

export interface LegacyDocument {
  readonly place: Place
  readonly inputs: readonly LegacyInput[]
  readonly action: LegacyAction
  readonly outputs: readonly LegacyOutput[]
}

export interface LegacyInput {
  readonly name: string
  readonly type: string
  readonly hash: string
  readonly silos: readonly Silo[]
  /** The name, when the document gives no mount. */
  readonly mount: string
  readonly place: Place
}

export interface Silo {
  readonly url: string
  readonly place: Place
}

export interface LegacyAction {
  readonly place: Place
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: ReadonlyMap<string, string>
  readonly hostname: string
  readonly policy: string
  readonly cradle: boolean | undefined
  /** Container path to host path. */
  readonly mounts: ReadonlyMap<string, string>
}

export interface LegacyOutput {
  readonly name: string
  readonly type: string
  readonly silos: readonly Silo[]
  readonly mount: string
  /**
   * Canonical words of the lines; `null` without any line. `undefined` never comes from a
   * document: formulas that Go programs built lacked the key, and had other identities.
   */
  readonly filters: FilterWords | null | undefined
  /** Never read from a document: v0.15 dropped `cnj`, whose hash counted for the identity. */
  readonly conjecture?: string
  readonly place: Place
}

export function readLegacyDocument(log: ProblemLog, root: Located): LegacyDocument {
  const place = documentPlace(root)
  const fields = fieldsOf(log, place, ['inputs', 'action', 'outputs'])
  return {
    place,
    inputs: entriesOf(log, fields.get('inputs')).map(([name, entry]) =>
      readInput(log, name, entry),
    ),
    action: readAction(log, required(log, place, fields, 'action'), place),
    outputs: entriesOf(log, fields.get('outputs')).map(([name, entry]) =>
      readOutput(log, name, entry),
    ),
  }
}

/** An entry of nothing is the one `null` that legacy Repeatr refuses. */
function entriesOf(log: ProblemLog, place: Place | undefined): [string, Place][] {
  return [...membersOf(log, place)].filter(([, entry]) => {
    if (isNull(entry.node))
      log.report(entry, 'is empty; give it a type, or remove the line')
    return !isNull(entry.node)
  })
}

function readInput(log: ProblemLog, name: string, place: Place): LegacyInput {
  const fields = fieldsOf(log, place, ['type', 'hash', 'silo', 'mount', 'tag'])
  return {
    name,
    place,
    type: stringOf(log, required(log, place, fields, 'type')) ?? '',
    hash: stringOf(log, required(log, place, fields, 'hash')) ?? '',
    silos: readSilos(log, fields.get('silo')),
    mount: orElse(stringOf(log, fields.get('mount')), name),
  }
}

function readOutput(log: ProblemLog, name: string, place: Place): LegacyOutput {
  const fields = fieldsOf(log, place, ['type', 'hash', 'silo', 'mount', 'filters', 'tag'])
  return {
    name,
    place,
    type: stringOf(log, required(log, place, fields, 'type')) ?? '',
    silos: readSilos(log, fields.get('silo')),
    mount: orElse(stringOf(log, fields.get('mount')), name),
    filters: readFilterLines(log, fields.get('filters')),
  }
}

function readSilos(log: ProblemLog, place: Place | undefined): Silo[] {
  if (place === undefined) return []
  const places = place.node.kind === 'array' ? itemsOf(log, place) : [place]
  return places.map((item) => ({ url: stringOf(log, item) ?? '', place: item }))
}

const actionFields = ['command', 'cwd', 'env', 'hostname', 'policy', 'cradle', 'escapes']

/** Without an action, the owner stands in as the place of whatever is missing. */
function readAction(
  log: ProblemLog,
  place: Place | undefined,
  owner: Place,
): LegacyAction {
  const fields = fieldsOf(log, place, actionFields)
  const escapes = fieldsOf(log, fields.get('escapes'), ['mounts'])
  return {
    place: place ?? owner,
    command: stringsOf(log, fields.get('command')),
    cwd: stringOf(log, fields.get('cwd')) ?? '',
    env: stringMapOf(log, fields.get('env')),
    hostname: stringOf(log, fields.get('hostname')) ?? '',
    policy: stringOf(log, fields.get('policy')) ?? '',
    cradle: booleanOf(log, fields.get('cradle')),
    mounts: stringMapOf(log, escapes.get('mounts')),
  }
}

/** `uid 0`, `mtime @0`, …: a later line of the same name wins, blank lines do not count. */
function readFilterLines(log: ProblemLog, place: Place | undefined): FilterWords | null {
  const words = new Map<string, string>()
  for (const line of itemsOf(log, place)) {
    const [name, ...rest] = (stringOf(log, line) ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
    if (name === undefined) continue
    const read = readFilterLine(name, rest)
    if ('why' in read) log.report(line, read.why)
    else words.set(name, read.word)
  }
  // The canonical order, whatever the order of the lines.
  const ordered = ['uid', 'gid', 'mtime'].flatMap((name) => {
    const word = words.get(name)
    return word === undefined ? [] : [[name, word] as const]
  })
  return ordered.length === 0 ? null : Object.fromEntries(ordered)
}

function readFilterLine(
  name: string,
  rest: readonly string[],
): { word: string } | { why: string } {
  if (!isFilterName(name)) return { why: whyUnknownFilter(name) }
  if (name !== 'uid' && name !== 'gid' && name !== 'mtime') {
    return { why: `legacy formulas have no filter "${name}", only uid, gid and mtime` }
  }
  const [word] = rest
  if (word === undefined || rest.length > 1) {
    return { why: `the filter ${name} takes one word, not ${rest.length}` }
  }
  return readFilterWord(name, word, 'pack')
}

function orElse(text: string | undefined, fallback: string): string {
  return text === undefined || text === '' ? fallback : text
}
