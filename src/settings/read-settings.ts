// A settings document → settings: checked against the schema, what is left out filled in.

import { Ajv, type ErrorObject } from 'ajv'
import { isArray, isObject, isString, member, memberString } from '../json.ts'
import type { JsonValue } from '../json.ts'
import { childPointer } from '../patch/pointer.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import { whyNoWarehouse } from '../ware/warehouse-address.ts'
import type { FetchResources, Settings } from '../mutate/settings.ts'
import { readLimits, type WrittenLimits } from './read-limits.ts'
import { settingsSchema } from './settings-schema.ts'

export interface SettingsProblem {
  /** JSON pointer of the wrong member. */
  readonly pointer: string
  /** Names the member that it is about. */
  readonly why: string
}

export type ReadSettings =
  { readonly settings: Settings } | { readonly problems: readonly SettingsProblem[] }

export function readSettings(document: JsonValue, defaults: Settings): ReadSettings {
  const ajv = new Ajv({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
    verbose: true,
  })
  const validate = ajv.compile<WrittenSettings>(settingsSchema)
  const given: unknown = document ?? {}
  const valid = validate(given)
  const problems = [
    ...(validate.errors ?? []).map(explain),
    ...unusableWarehouses(member(document, 'warehouses')),
  ]
  if (!valid || problems.length > 0) return { problems }
  const { limits: written, ...others } = given
  const fetchResources = mergeResources(defaults.fetchResources, given.fetchResources)
  const settings = { ...defaults, ...others, fetchResources }
  if (written === undefined) return { settings }
  const read = readLimits(written)
  return 'why' in read
    ? { problems: [ofMember(read.pointer, read.why)] }
    : { settings: { ...settings, limits: read.limits } }
}

/** As the schema lets it through: what is for people is read further. */
type WrittenSettings = Partial<Omit<Settings, 'limits'>> & {
  readonly limits?: WrittenLimits
}

function mergeResources(
  defaults: FetchResources,
  given: Partial<FetchResources> | undefined,
): FetchResources {
  return {
    requests: { ...defaults.requests, ...given?.requests },
    limits: { ...defaults.limits, ...given?.limits },
  }
}

function explain(error: ErrorObject): SettingsProblem {
  const pointer = error.instancePath
  const params: unknown = error.params
  if (error.keyword === 'additionalProperties' && isObject(params)) {
    const name = memberString(params, 'additionalProperty') ?? ''
    return { pointer: childPointer(pointer, name), why: unknownMember(name, error) }
  }
  if (error.keyword === 'enum' && isObject(params) && isArray(params['allowedValues'])) {
    const allowed = params['allowedValues']
      .map((value) => JSON.stringify(value))
      .join(', ')
    return ofMember(pointer, `it must be one of ${allowed}`)
  }
  return ofMember(pointer, `it ${error.message ?? 'is not allowed'}`)
}

/** The document itself has no name that could be told. */
function ofMember(pointer: string, why: string): SettingsProblem {
  return { pointer, why: pointer === '' ? why : `${pointer}: ${why}` }
}

function unknownMember(name: string, { parentSchema }: ErrorObject): string {
  const known: unknown = parentSchema?.['properties']
  const near = nearestWord(name, isObject(known) ? Object.keys(known) : [])
  const advice = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
  return `the settings have no member ${JSON.stringify(name)}${advice}`
}

function unusableWarehouses(warehouses: JsonValue | undefined): SettingsProblem[] {
  if (!isArray(warehouses)) return []
  return warehouses.flatMap((address, i) => {
    if (!isString(address)) return []
    const why = whyNoWarehouse(address)
    return why === undefined ? [] : [ofMember(`/warehouses/${i}`, why)]
  })
}
