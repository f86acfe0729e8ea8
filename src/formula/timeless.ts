// A Timeless document as its author wrote it (Repeatr 0.200 and later): read, not yet judged.

import type { Located } from '../located.ts'
import { filterNames, readFilterWord } from '../ware/filters.ts'
import type { FilterWords } from './formula.ts'
import type { Place, ProblemLog } from './problem-log.ts'
import {
  booleanOf,
  documentPlace,
  fieldsOf,
  integerOf,
  itemsOf,
  membersOf,
  required,
  stringMapOf,
  stringOf,
  stringsOf,
  type Members,
} from './shape.ts'

export interface TimelessDocument {
  readonly place: Place
  /** `null` when the key is absent (or null), which is another identity than an empty map. */
  readonly inputs: readonly TimelessInput[] | null
  readonly action: TimelessAction
  readonly outputs: readonly TimelessOutput[] | null
  /** Of paths that are no inputs and no outputs. */
  readonly spareAddresses: readonly Address[]
}

export interface TimelessInput {
  /** The key, as written. */
  readonly path: string
  /** `tar:…`, `mount:ro:/host/path` or the empty string, which stands for no ware at all. */
  readonly source: string
  readonly addresses: readonly Address[]
  readonly place: Place
}

export interface TimelessOutput {
  readonly path: string
  readonly packtype: string
  /** Normalised words; `null` when the key is absent. */
  readonly filters: FilterWords | null
  readonly address: Address | undefined
  readonly place: Place
}

/** A URL of `context`, which is no part of the identity. */
export interface Address {
  readonly url: string
  readonly place: Place
}

export interface TimelessAction {
  readonly place: Place
  readonly exec: readonly string[]
  readonly noop: boolean
  readonly policy: string
  readonly cwd: string
  readonly env: ReadonlyMap<string, string>
  readonly userinfo: TimelessUserinfo | undefined
  readonly cradle: string
  readonly hostname: string
}

export interface TimelessUserinfo {
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly username: string
  readonly homedir: string
}

export function readTimelessDocument(log: ProblemLog, root: Located): TimelessDocument {
  const top = fieldsOf(log, documentPlace(root), ['formula', 'context'])
  const context = fieldsOf(log, top.get('context'), ['fetchUrls', 'saveUrls'])
  const place = top.get('formula') ?? documentPlace(root)
  const fields = fieldsOf(log, place, ['inputs', 'action', 'outputs'])
  const inputs = fields.get('inputs')
  const outputs = fields.get('outputs')
  const fetchUrls = membersOf(log, context.get('fetchUrls'))
  const saveUrls = membersOf(log, context.get('saveUrls'))
  return {
    place,
    inputs: inputs === undefined ? null : readInputs(log, inputs, fetchUrls),
    action: readAction(log, required(log, place, fields, 'action'), place),
    outputs: outputs === undefined ? null : readOutputs(log, outputs, saveUrls),
    spareAddresses: [
      ...spare(fetchUrls, inputs).flatMap((urls) => readAddresses(log, urls)),
      ...spare(saveUrls, outputs).map((url) => readAddress(log, url)),
    ],
  }
}

function spare(urls: Members, named: Place | undefined): Place[] {
  const { node } = named ?? {}
  const names = new Set(node?.kind === 'object' ? node.members.map(({ key }) => key) : [])
  return [...urls].filter(([path]) => !names.has(path)).map(([, place]) => place)
}

function readAddresses(log: ProblemLog, place: Place | undefined): Address[] {
  return itemsOf(log, place).map((item) => readAddress(log, item))
}

function readAddress(log: ProblemLog, place: Place): Address {
  return { url: stringOf(log, place) ?? '', place }
}

function readInputs(log: ProblemLog, place: Place, fetchUrls: Members): TimelessInput[] {
  return [...membersOf(log, place)].map(([path, input]) => {
    const source = stringOf(log, input) ?? ''
    if (source !== '' && !source.includes(':')) {
      log.report(input, 'a ware ID has the form "packtype:hash"')
    }
    return {
      path,
      source,
      place: input,
      addresses: readAddresses(log, fetchUrls.get(path)),
    }
  })
}

function readOutputs(log: ProblemLog, place: Place, saveUrls: Members): TimelessOutput[] {
  return [...membersOf(log, place)].map(([path, output]) => {
    const fields = fieldsOf(log, output, ['packtype', 'filters'])
    const address = saveUrls.get(path)
    return {
      path,
      place: output,
      packtype: stringOf(log, required(log, output, fields, 'packtype')) ?? '',
      filters: readFilters(log, output, fields),
      address: address && readAddress(log, address),
    }
  })
}

/** A written `null` counts as an empty map here: only a missing key is absent to refmt. */
function readFilters(
  log: ProblemLog,
  output: Place,
  fields: Members,
): FilterWords | null {
  const { node } = output
  if (node.kind !== 'object' || !node.members.some(({ key }) => key === 'filters'))
    return null
  const words = membersOf(log, fields.get('filters'))
  // Unknown names are ignored in this form, so only the known ones are looked up.
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const place = words.get(name)
      const text = stringOf(log, place)
      if (place === undefined || text === undefined) return []
      const read = readFilterWord(name, text, 'pack')
      if ('word' in read) return [[name, read.word] as const]
      log.report(place, read.why)
      return []
    }),
  )
}

const actionFields = 'exec noop policy cwd env userinfo cradle hostname'.split(' ')

/** Without an action, the owner stands in as the place of whatever is missing. */
function readAction(
  log: ProblemLog,
  place: Place | undefined,
  owner: Place,
): TimelessAction {
  const fields = fieldsOf(log, place, actionFields)
  const user = fields.get('userinfo')
  return {
    place: place ?? owner,
    exec: stringsOf(log, fields.get('exec')),
    noop: booleanOf(log, fields.get('noop')) ?? false,
    policy: stringOf(log, fields.get('policy')) ?? '',
    cwd: stringOf(log, fields.get('cwd')) ?? '',
    env: stringMapOf(log, fields.get('env')),
    userinfo: user && readUserinfo(log, user),
    cradle: stringOf(log, fields.get('cradle')) ?? '',
    hostname: stringOf(log, fields.get('hostname')) ?? '',
  }
}

function readUserinfo(log: ProblemLog, place: Place): TimelessUserinfo {
  const fields = fieldsOf(log, place, ['uid', 'gid', 'username', 'homedir'])
  return {
    uid: integerOf(log, fields.get('uid')),
    gid: integerOf(log, fields.get('gid')),
    username: stringOf(log, fields.get('username')) ?? '',
    homedir: stringOf(log, fields.get('homedir')) ?? '',
  }
}
