// JSON values as types, and the guards that narrow an unknown value to them.

export type JsonScalar = string | number | boolean | null
export type JsonValue = JsonScalar | JsonArray | JsonObject
export type JsonArray = readonly JsonValue[]
export interface JsonObject {
  readonly [name: string]: JsonValue
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: unknown): value is JsonArray {
  return Array.isArray(value)
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue // it makes nothing but values of JSON
  } catch {
    return undefined // SyntaxError, its only one
  }
}

/**
 * The member `name` of `value`, when `value` is an object that owns it. What every object inherits
 * (`constructor`, `__proto__`) is no member; a value of JSON is never a function, which tells both
 * apart faster than asking for the owner of each member that is read.
 */
export function member(
  value: JsonValue | undefined,
  name: string,
): JsonValue | undefined {
  if (!isObject(value)) return undefined
  const found = value[name]
  if (typeof found !== 'function' && name !== '__proto__') return found
  return Object.hasOwn(value, name) ? found : undefined
}

export function memberString(
  value: JsonValue | undefined,
  name: string,
): string | undefined {
  const found = member(value, name)
  return isString(found) ? found : undefined
}

export function memberArray(value: JsonValue | undefined, name: string): JsonArray {
  const found = member(value, name)
  return isArray(found) ? found : []
}

/** Structural equality; the order of members does not count. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true
  if (isArray(a) && isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i] ?? null))
  }
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) => Object.hasOwn(b, name) && sameJson(a[name] ?? null, b[name] ?? null),
    )
  )
}
