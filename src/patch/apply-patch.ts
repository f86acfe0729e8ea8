// Applies a JSON Patch and returns the new value; what is not touched is shared with the old one.

import { isArray, isObject, type JsonValue } from '../json.ts'
import type { PatchOperation } from './operation.ts'
import { parsePointer } from './pointer.ts'

/** Throws a plain Error when an operation does not fit the value: a bug of whoever built it. */
export function applyPatch(
  value: JsonValue,
  patch: readonly PatchOperation[],
): JsonValue {
  return patch.reduce<JsonValue>(applyOperation, value)
}

function applyOperation(value: JsonValue, operation: PatchOperation): JsonValue {
  const steps = parsePointer(operation.path)
  const [last, ...parents] = [...steps].reverse()
  if (last === undefined) {
    if (operation.op === 'remove') throw misfit(operation)
    return operation.value
  }
  return change(value, parents.reverse(), (parent) => {
    if (isArray(parent)) return changeList(parent, last, operation)
    if (isObject(parent)) return changeObject(parent, last, operation)
    throw misfit(operation)
  })
}

function change(
  value: JsonValue,
  steps: readonly string[],
  at: (target: JsonValue) => JsonValue,
): JsonValue {
  const [step, ...rest] = steps
  if (step === undefined) return at(value)
  if (isArray(value)) {
    const index = Number(step)
    const item = value[index]
    if (item === undefined) throw new Error(`no item ${step}`)
    return value.with(index, change(item, rest, at))
  }
  if (isObject(value) && Object.hasOwn(value, step)) {
    return { ...value, [step]: change(value[step] ?? null, rest, at) }
  }
  throw new Error(`no member ${step}`)
}

function changeList(
  list: readonly JsonValue[],
  step: string,
  operation: PatchOperation,
): JsonValue {
  const index = step === '-' ? list.length : Number(step)
  const last = operation.op === 'add' ? list.length : list.length - 1
  if (!Number.isInteger(index) || index < 0 || index > last) throw misfit(operation)
  if (operation.op === 'remove') return list.toSpliced(index, 1)
  return list.toSpliced(index, operation.op === 'add' ? 0 : 1, operation.value)
}

function changeObject(
  object: Readonly<Record<string, JsonValue>>,
  name: string,
  operation: PatchOperation,
): JsonValue {
  if (operation.op !== 'add' && !Object.hasOwn(object, name)) throw misfit(operation)
  if (operation.op !== 'remove') return { ...object, [name]: operation.value }
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== name))
}

function misfit(operation: PatchOperation): Error {
  return new Error(`${operation.op} ${operation.path} does not fit the value`)
}
