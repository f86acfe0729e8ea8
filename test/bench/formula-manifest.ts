// A Formula object as `push` makes it, in the namespace of the benchmarks' reviews, with what a
// webhook wrote of it before.

import type { JsonObject } from '../../src/json.ts'
import { exampleFormula } from './inputs.ts'
import { busybash, exampleId, index } from './formula.ts'

export function formulaManifest(name: string): JsonObject {
  return {
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    metadata: { name, namespace: 'shop', uid: name, generation: 1 },
    spec: {
      id: exampleId,
      dialect: 'timeless',
      source: exampleFormula,
      wares: {
        [busybash]: { ...index, entries: [...index.entries].map((one) => ({ ...one })) },
      },
    },
    status: { observedGeneration: 1, valid: 'True', rootWare: busybash },
  }
}
