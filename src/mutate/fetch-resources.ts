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
  // Numbers for the whole pod rule over the fetcher, too, and need none of its own.
  if (isObject(member(podSpec, 'resources')))
    return withGiven({ limits: {}, requests: {} }, given)
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
  return quantityOf(member(member(member(container, 'resources'), list), kind))
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

/** What is given stays; a number of ours on the other side of it gives way. */
function withGiven(resources: Record<Side, Amounts>, given: JsonObject): JsonObject {
  const result: Record<Side, Amounts> = {
    limits: { ...resources.limits, ...amountsOf(given, 'limits') },
    requests: { ...resources.requests, ...amountsOf(given, 'requests') },
  }
  for (const name of Object.keys(result.requests)) {
    const request = quantityOf(result.requests[name])
    const limit = quantityOf(result.limits[name])
    if (request === undefined || limit === undefined || request <= limit) continue
    const limitIsGiven = name in amountsOf(given, 'limits')
    if (limitIsGiven) result.requests[name] = result.limits[name] ?? null
    else result.limits[name] = result.requests[name] ?? null
  }
  return Object.fromEntries(
    Object.entries(result).filter(([, amounts]) => Object.keys(amounts).length > 0),
  )
}

/** An exbibyte, in billionths: what is above it is a mistake, and not ours to add up. */
const most = 2n ** 60n * 1_000_000_000n

type Side = 'limits' | 'requests'
type Amounts = Record<string, JsonValue>

function amountsOf(given: JsonObject, side: Side): Readonly<Amounts> {
  const amounts = given[side]
  return isObject(amounts) ? amounts : {}
}

function quantityOf(value: JsonValue | undefined): Quantity | undefined {
  const quantity =
    isString(value) || typeof value === 'number' ? parseQuantity(value) : undefined
  return quantity !== undefined && quantity >= 0n && quantity <= most
    ? quantity
    : undefined
}
