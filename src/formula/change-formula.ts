// A formula with pieces of others laid over it, before it is read: Repeatr's `--patch` and `-e`. The result
// is another formula, with an ID of its own.

import type { Problem } from '../errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import { placeInText, type TextReader } from '../located.ts'
import type { Dialect } from './formula.ts'
import { openDocument } from './open-document.ts'
import { plainValue } from './plain-value.ts'

export interface FormulaText {
  readonly text: string
  /** As messages call it. */
  readonly file: string
}

export interface FormulaChanges {
  /** Pieces of a formula, in the order in which they are laid on. */
  readonly patches: readonly FormulaText[]
  /** For the environment of the action; these win. */
  readonly env: ReadonlyMap<string, string>
  /** Hashes of `tar` wares by the path of their input. */
  readonly inputs: ReadonlyMap<string, string>
}

/**
 * JSON in the dialect of the formula. Objects are merged, `null` takes a member away, all else is replaced.
 */
export function changeFormula(
  { text, file }: FormulaText,
  { patches, env, inputs }: FormulaChanges,
  readYaml: TextReader,
): { text: string } | { problems: readonly [Problem, ...Problem[]] } {
  const opened = openDocument(text, file, readYaml)
  if ('problems' in opened) return opened
  const problems: Problem[] = []
  let value = plainValue(opened.root)
  for (const patch of patches) {
    const piece = readPatch(patch, readYaml)
    if ('problem' in piece) problems.push(piece.problem)
    else value = merge(value, piece.value)
  }
  const [first, ...others] = problems
  if (first !== undefined) return { problems: [first, ...others] }
  if (inputs.size > 0) value = merge(value, inputPatch(opened.dialect, inputs))
  if (env.size > 0) value = merge(value, envPatch(opened.dialect, env))
  return { text: JSON.stringify(value) }
}

function readPatch(
  { text, file }: FormulaText,
  readYaml: TextReader,
): { value: JsonObject } | { problem: Problem } {
  const read = readYaml(text)
  const [problem] = read.problems
  const refuse = (why: string, where: string) => ({
    problem: {
      ...{ code: 'formula-invalid' as const, task: 'read the patch', where, why },
      hints: ['a patch is a piece of a formula, as {"action": {"env": {"A": "1"}}}'],
    },
  })
  if (problem !== undefined)
    return refuse(problem.message, placeInText(file, text, problem.offset))
  const value = read.value === undefined ? undefined : plainValue(read.value)
  return isObject(value) ? { value } : refuse('it is no object', file)
}

function envPatch(dialect: Dialect, env: ReadonlyMap<string, string>): JsonObject {
  const entries = [...env]
  switch (dialect) {
    case 'timeless':
      return { formula: { action: { env: Object.fromEntries(entries) } } }
    case 'legacy':
      return { action: { env: Object.fromEntries(entries) } }
    case 'warpforge': {
      const inputs = entries.map(
        ([name, value]) => [`$${name}`, `literal:${value}`] as const,
      )
      return { formula: { 'formula.v1': { inputs: Object.fromEntries(inputs) } } }
    }
  }
}

function inputPatch(dialect: Dialect, hashes: ReadonlyMap<string, string>): JsonObject {
  const inputs = (write: (hash: string) => JsonValue) =>
    Object.fromEntries([...hashes].map(([path, hash]) => [path, write(hash)] as const))
  switch (dialect) {
    case 'timeless':
      return { formula: { inputs: inputs((hash) => `tar:${hash}`) } }
    case 'legacy':
      return { inputs: inputs((hash) => ({ type: 'tar', hash })) }
    case 'warpforge': {
      return {
        formula: { 'formula.v1': { inputs: inputs((hash) => `ware:tar:${hash}`) } },
      }
    }
  }
}

/** No name is special here, not even `__proto__`. */
function merge(base: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(base) ? Object.entries(base) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, merge(merged.get(name) ?? null, value))
  }
  return Object.fromEntries(merged)
}
