// The vectors of test/data/formula-vectors.json, which documents its own members.

import { readFileSync } from 'node:fs'
import type { Dialect } from '../../src/formula/formula.ts'
import { readJsonText } from '../../src/json-text.ts'
import { isArray, isObject, type JsonValue } from '../../src/json.ts'
import type { Located } from '../../src/located.ts'

export interface Vector {
  readonly id: string
  readonly dialect: Dialect
  readonly identity: 'setup' | 'raw' | 'run' | 'formula' | 'release'
  readonly struct_built?: boolean
  readonly conjectured?: boolean
  readonly document: JsonValue
  readonly expected: string
}

export function readVectors(): readonly Vector[] {
  const file = new URL('../data/formula-vectors.json', import.meta.url)
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!isObject(parsed) || !isArray(parsed['vectors'])) throw new Error('no vectors')
  const vectors: readonly unknown[] = parsed['vectors']
  return vectors.filter(isVector)
}

function isVector(value: unknown): value is Vector {
  return (
    isObject(value) && 'dialect' in value && 'document' in value && 'expected' in value
  )
}

/** A document as the readers get it. */
export function locate(document: JsonValue): Located {
  const { value } = readJsonText(JSON.stringify(document))
  if (value === undefined) throw new Error('unreadable document')
  return value
}
