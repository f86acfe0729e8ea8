// Short ways to read a formula in a test.

import { describeProblem } from '../../src/errors.ts'
import type { Formula } from '../../src/formula/formula.ts'
import { readFormula } from '../../src/formula/read-formula.ts'
import type { JsonObject } from '../../src/json.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'

export const busybash =
  'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'
export const commit = '0123456789012345678901234567890123456789'
export const legacyHash =
  'aLMH4qK1EdlPDavdhErOs0BPxqO0i6lUaeRE4DuUmnNMxhHtF56gkoeSulvwWNqT'

export function formulaOf(text: string): Formula {
  const read = readFormula(text, 'x.formula', readYamlText)
  if ('problems' in read) throw new Error(read.problems.map(describeProblem).join('\n'))
  return read.formula
}

/** One line per problem, as a user sees it. */
export function problemsOf(text: string): string[] {
  const read = readFormula(text, 'x.formula', readYamlText)
  return 'problems' in read ? read.problems.map(describeProblem) : []
}

export function timeless(change: JsonObject = {}, context: JsonObject = {}): string {
  const formula = {
    inputs: { '/': busybash },
    action: { exec: ['/bin/true'] },
    ...change,
  }
  return JSON.stringify({ formula, context }, null, 1)
}

export function warpforge(change: JsonObject = {}, warehouses: JsonObject = {}): string {
  const formula = {
    inputs: { '/': `ware:${busybash}` },
    action: { exec: { command: ['/bin/true'] } },
    outputs: {},
    ...change,
  }
  const context = { 'context.v1': { warehouses } }
  return JSON.stringify({ formula: { 'formula.v1': formula }, context }, null, 1)
}

export function legacy(change: JsonObject = {}): string {
  const inputs = { '/': { type: 'tar', hash: legacyHash } }
  return JSON.stringify({ inputs, action: { command: ['true'] }, ...change }, null, 1)
}
