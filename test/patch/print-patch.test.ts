import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/json.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'
import { createPatchPrinter } from '../../src/patch/print-patch.ts'

const value = fc.jsonValue().map((any) => any as JsonValue) // fast-check says unknown
const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
  fc.record({ op: fc.constant('add' as const), path: fc.string(), value }),
  fc.record({ op: fc.constant('replace' as const), path: fc.string(), value }),
  fc.record({ op: fc.constant('remove' as const), path: fc.string() }),
)

test('prints what JSON.stringify prints, the first time and later', () => {
  fc.assert(
    fc.property(fc.array(operation), fc.boolean(), (patch, frozen) => {
      if (frozen) patch.forEach((each) => Object.freeze(each))
      const print = createPatchPrinter()
      expect(print(patch)).toBe(JSON.stringify(patch))
      expect(print(patch)).toBe(JSON.stringify(patch))
    }),
  )
})
