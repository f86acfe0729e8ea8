// Formula objects as the watch delivers them, and pods that name them.

import type { JsonObject } from '../../src/json.ts'

const source = JSON.stringify({
  formula: {
    inputs: {
      '/': 'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6',
    },
    action: { exec: ['/bin/bash', '-c', 'exec serve --port 8080'] },
  },
  context: { fetchUrls: { '/': ['ca+https://wares.example/'] } },
})

export const formulaId =
  'A8cbZrXQzKVqKUcnzh7RtoK7GfdRh8qNKio7LAQUaNPcK5dnSTm4i9YCBNo2fDWBqg'

/** In the namespace `shop`; sound unless another ID is claimed. */
export function formulaObject(
  name: string,
  change: { readonly uid?: string; readonly id?: string } = {},
): JsonObject {
  return {
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    metadata: { namespace: 'shop', name, uid: change.uid ?? 'u1', generation: 1 },
    spec: { id: change.id ?? formulaId, dialect: 'timeless', source },
  }
}

export function namedPod(formula: string, container: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app' },
    spec: { containers: [{ name: 'app', image: `repeatr:0/${formula}`, ...container }] },
  }
}
