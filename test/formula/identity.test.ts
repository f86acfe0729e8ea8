import { describe, expect, test } from 'vitest'
import { legacySetupHash } from '../../src/formula/legacy-identity.ts'
import { readLegacyDocument, type LegacyDocument } from '../../src/formula/legacy.ts'
import { createProblemLog } from '../../src/formula/problem-log.ts'
import { timelessRawId, timelessRunId } from '../../src/formula/timeless-identity.ts'
import { readTimelessDocument } from '../../src/formula/timeless.ts'
import { warpforgeCid } from '../../src/formula/warpforge-identity.ts'
import { locate, readVectors, type Vector } from './vectors.ts'

describe('identities of other tools', () => {
  const vectors = readVectors()

  test('all 27 vectors are there', () => {
    expect(vectors).toHaveLength(27)
  })

  test.each(vectors)('$id has the value of its own tool', (vector) => {
    expect(identify(vector)).toBe(vector.expected)
  })
})

function identify(vector: Vector): string {
  const log = createProblemLog(vector.dialect, String)
  switch (vector.dialect) {
    case 'legacy': {
      const document = readLegacyDocument(log, locate(vector.document))
      expect(log.found).toEqual([])
      return legacySetupHash(
        vector.struct_built === true ? structBuilt(document, vector) : document,
      )
    }
    case 'timeless': {
      const document = readTimelessDocument(log, locate({ formula: vector.document }))
      expect(log.found).toEqual([])
      return vector.identity === 'raw' ? timelessRawId(document) : timelessRunId(document)
    }
    case 'warpforge':
      return warpforgeCid(locate(vector.document))
  }
}

/** As Go code builds a formula: no filters key, and in one old release a conjectured hash. */
function structBuilt(document: LegacyDocument, vector: Vector): LegacyDocument {
  const outputs = document.outputs.map((output) => ({ ...output, filters: undefined }))
  if (vector.conjectured !== true) return { ...document, outputs }
  return {
    ...document,
    outputs: outputs.map((output) => ({ ...output, conjecture: "baby's first hash" })),
  }
}
