// Strict reading of the plans: every member is known and has the right form, and all that is wrong is
// told together. A plan comes through the environment of a pod, where others could have written it.

import { quote, type Problem } from '../errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue } from '../json.ts'
import { whyNoMountPath } from '../ware/mount-path.ts'
import { childPointer } from '../patch/pointer.ts'

/** A value with the place at which it stands in the plan. */
export interface Place {
  readonly value: JsonValue | undefined
  readonly pointer: string
  readonly report: (pointer: string, why: string) => void
}

/** @param task of the problems that are collected in `problems` */
export function openPlan(value: JsonValue, task: string, problems: Problem[]): Place {
  const report = (pointer: string, why: string) => {
    problems.push({ code: 'assembly-invalid', task, pointer, why })
  }
  return { value, pointer: '', report }
}

/** The object, each member that is not among `known` reported. Not an object: an empty one. */
export function readObject(place: Place, known: readonly string[]): JsonObject {
  const { value, pointer, report } = place
  if (!isObject(value)) {
    report(pointer, 'an object is expected here')
    return {}
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      report(childPointer(pointer, name), `there is no member ${quote(name)}`)
    }
  }
  return value
}

export function memberAt(place: Place, name: string): Place {
  const { value, pointer, report } = place
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return { value: found, pointer: childPointer(pointer, name), report }
}

/** What `read` makes of the member, `undefined` when it is not there. */
export function optionally<T>(place: Place, read: (place: Place) => T): T | undefined {
  return place.value === undefined ? undefined : read(place)
}

export function readList<T>(place: Place, read: (item: Place) => T): T[] {
  const { value, pointer, report } = place
  if (!isArray(value)) {
    report(pointer, 'a list is expected here')
    return []
  }
  return value.map((item, i) =>
    read({ value: item, pointer: childPointer(pointer, i), report }),
  )
}

/** A text without NUL, which no path and no argument can carry. */
export function readText(place: Place): string {
  if (typeof place.value === 'string' && !place.value.includes('\0')) return place.value
  place.report(place.pointer, 'a text is expected here')
  return ''
}

/** Absolute and clean: no dot, double or trailing segments. */
export function readPath(place: Place): string {
  const path = readText(place)
  if (path === '') return '/'
  const clean =
    path === '/' ||
    (path.startsWith('/') &&
      path
        .slice(1)
        .split('/')
        .every((step) => step !== '' && step !== '.' && step !== '..'))
  if (!clean) {
    place.report(place.pointer, `${quote(path)} is no clean absolute path`)
    return '/'
  }
  return path
}

/** One segment of a path that Kubernetes can mount. */
export function readName(place: Place): string {
  const name = readText(place)
  const isName = name !== '' && name !== '.' && name !== '..' && !name.includes('/')
  const why = isName ? whyNoMountPath(name) : `${quote(name)} is no name of an entry`
  if (why !== undefined) place.report(place.pointer, why)
  return name
}

export function readWord<const W extends string>(place: Place, words: readonly W[]): W {
  const found = words.find((word) => word === place.value)
  const [first] = words
  if (first === undefined) throw new Error('a choice of no words')
  if (found !== undefined) return found
  const choice = words.map((word) => JSON.stringify(word)).join(' or ')
  place.report(place.pointer, `${choice} is expected here`)
  return first
}

export function readNumber(place: Place, least: number, most: number): number {
  const { value } = place
  if (
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    value >= least &&
    value <= most
  ) {
    return value
  }
  place.report(place.pointer, `a whole number from ${least} to ${most} is expected here`)
  return least
}

/** A mark that is set, or not there. */
export function readTrue(place: Place): true {
  if (place.value !== true) place.report(place.pointer, 'it is true or not there')
  return true
}
