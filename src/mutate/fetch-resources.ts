// How much a fetcher may use, so that it costs a pod nothing to schedule and never makes it
// invalid (admission.md §6.1).

import { isObject, isString, member, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { formatQuantity, parseQuantity, type Quantity } from './quantity.ts'
import type { FetchResources } from './settings.ts'

const kinds = ['cpu', 'memory'] as const
type Kind = (typeof kinds)[number]

/**
 * @param unpackedBytes size of all roots, when every ware's index is known
 * @param given members that an annotation sets; they win
 */
export function fetchResources(
  podSpec: JsonObject,
  defaults: FetchResources,
  unpackedBytes: number | undefined,
  given: JsonObject,
): JsonObject {
  const app = appContainers(podSpec)
  const guaranteed = isGuaranteed(podSpec)
  const requests: Record<string, JsonValue> = {}
  const limits: Record<string, JsonValue> = {}
  for (const kind of kinds) {
    const { request, limit } = sizeOf(kind, app, defaults, guaranteed)
    if (request !== undefined) requests[kind] = print(kind, request)
    if (limit !== undefined) limits[kind] = print(kind, limit)
  }
  if (unpackedBytes !== undefined) requests['ephemeral-storage'] = storage(unpackedBytes)
  return withGiven({ limits, requests }, given)
}

/** Main containers and native sidecars: those whose requests a pod adds up. */
function appContainers(podSpec: JsonObject): readonly JsonValue[] {
  const sidecars = memberArray(podSpec, 'initContainers').filter(
    (container) => memberString(container, 'restartPolicy') === 'Always',
  )
  return [...memberArray(podSpec, 'containers'), ...sidecars]
}

function sizeOf(
  kind: Kind,
  app: readonly JsonValue[],
  defaults: FetchResources,
  guaranteed: boolean,
): { request?: Quantity; limit?: Quantity } {
  const usual = parseQuantity(defaults.requests[kind]) ?? 0n
  const requested = sum(app.map((container) => requestOf(container, kind) ?? 0n))
  if (guaranteed) {
    const both = requested > usual ? requested : usual
    return { request: both, limit: both }
  }
  const request = requested < usual ? requested : usual
  const limits = app.map((container) => amount(container, 'limits', kind))
  if (limits.some((limit) => limit === undefined)) {
    return request === 0n ? {} : { request }
  }
  // Said even when it is 0: left out, the API server would take the limit for the request.
  const most = sum(limits.map((limit) => limit ?? 0n))
  const ceiling = parseQuantity(defaults.limits[kind]) ?? 0n
  return { request, limit: most > ceiling ? most : ceiling }
}

/** A fetcher with unequal numbers would take the whole pod out of the Guaranteed class. */
function isGuaranteed(podSpec: JsonObject): boolean {
  const all = [
    ...memberArray(podSpec, 'containers'),
    ...memberArray(podSpec, 'initContainers'),
  ]
  return all.every((container) =>
    kinds.every((kind) => {
      const limit = amount(container, 'limits', kind)
      return limit !== undefined && limit > 0n && limit === requestOf(container, kind)
    }),
  )
}

function requestOf(container: JsonValue, kind: Kind): Quantity | undefined {
  return amount(container, 'requests', kind) ?? amount(container, 'limits', kind)
}

function amount(
  container: JsonValue,
  list: 'requests' | 'limits',
  kind: Kind,
): Quantity | undefined {
  const value = member(member(member(container, 'resources'), list), kind)
  return isString(value) || typeof value === 'number' ? parseQuantity(value) : undefined
}

function sum(quantities: readonly Quantity[]): Quantity {
  return quantities.reduce((total, quantity) => total + quantity, 0n)
}

function print(kind: Kind, quantity: Quantity): string {
  return formatQuantity(quantity, kind === 'cpu' ? 'decimal' : 'binary')
}

/** A tenth on top: blocks and directories take more than the sum of the files. */
export function storage(unpackedBytes: number): string {
  return `${Math.ceil((unpackedBytes * 1.1) / 1024 / 1024)}Mi`
}

function withGiven(resources: Record<string, JsonObject>, given: JsonObject): JsonObject {
  const result: Record<string, JsonObject> = {}
  for (const list of ['limits', 'requests']) {
    const extra = given[list]
    const merged = { ...resources[list], ...(isObject(extra) ? extra : {}) }
    if (Object.keys(merged).length > 0) result[list] = merged
  }
  return result
}
