// Pods for tests, and the two ways to apply a patch to one.

import { applyPatch as applyIndependently, type Operation } from 'rfc6902'
import { expect } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/json.ts'
import { mutate, type MutateOptions, type Outcome } from '../../src/mutate/mutate.ts'
import { prepareFormula, type LoadedFormula } from '../../src/mutate/prepared-formula.ts'
import { applyPatch } from '../../src/patch/apply-patch.ts'
import { loaded, options } from './formulas.ts'

export const reference = 'repeatr:0/web'

export function pod(
  container: JsonObject = {},
  spec: JsonObject = {},
  annotations?: JsonObject,
) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', ...(annotations && { annotations }) },
    spec: { containers: [{ name: 'web', image: reference, ...container }], ...spec },
  } satisfies JsonObject
}

/** By the image of the containers that name it. */
export type Formulas = ReadonlyMap<string, LoadedFormula>

export function lookup(formula: LoadedFormula = loaded()): Formulas {
  return new Map([
    [reference, formula],
    ['./web.formula', formula],
  ])
}

export interface Mutated extends Outcome {
  /** The object with the patch applied, the same by two implementations. */
  readonly result: JsonValue
}

export function run(
  object: JsonValue,
  formulas: Formulas = lookup(),
  how: MutateOptions = options(),
  sources: readonly string[] = [],
): Mutated {
  const prepared = new Map(
    [...formulas].map(([image, formula]) => [
      image,
      prepareFormula(formula, { settings: how.settings, sources }),
    ]),
  )
  const outcome = mutate(object, prepared, how)
  const result = applyPatch(object, outcome.patch)
  expect(applyWithRfc6902(object, outcome)).toEqual(result)
  return { ...outcome, result }
}

/** Like {@link run}, for what must go well. */
export function rewritten(...args: Parameters<typeof run>): JsonValue {
  const { problems, result } = run(...args)
  expect(problems).toEqual([])
  return result
}

/** The reasons why something is refused. */
export function refusals(...args: Parameters<typeof run>): string[] {
  const { problems, patch } = run(...args)
  expect(patch).toEqual([])
  return problems.map((problem) => problem.why)
}

function applyWithRfc6902(object: JsonValue, { patch }: Outcome): JsonValue {
  const copy = structuredClone(object)
  const operations = structuredClone(patch) as Operation[] // the same shape, said differently
  for (const failure of applyIndependently(copy, operations)) expect(failure).toBeNull()
  return copy
}
