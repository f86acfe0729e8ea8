import { expect, test } from 'vitest'

import type { JsonValue } from '../../src/json.ts'
import { parseDocuments } from '../../src/manifest/parse-document.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'

export interface SpliceRow {
  readonly name: string
  readonly text: string
  readonly patch: readonly PatchOperation[]
  readonly wanted: string
}

export function testSpliceRows(rows: readonly SpliceRow[]): void {
  test.each(rows)('$name', ({ text, patch, wanted }) => {
    const [document] = parseDocuments(text)
    expect(document?.splice(patch)).toEqual({ text: wanted, notes: [] })
  })
}

export const add = (path: string, value: JsonValue): PatchOperation => ({
  op: 'add',
  path,
  value,
})
export const replace = (path: string, value: JsonValue): PatchOperation => ({
  op: 'replace',
  path,
  value,
})
export const remove = (path: string): PatchOperation => ({ op: 'remove', path })
