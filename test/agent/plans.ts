// A plan with one root, to be changed by tests.

import type { FetchPlan, RootOrder } from '../../src/mutate/fetch-plan.ts'

export const someWare =
  'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'

export function rootOrder(changes: Partial<RootOrder> = {}): RootOrder {
  return {
    at: '/r2k8s/0',
    container: 'web',
    formula: 'A8cbZrXQzKVqKUcnzh7RtoK7GfdRh8qNKio7LAQUaNPcK5dnSTm4i9YCBNo2fDWBqg',
    wares: [{ ware: someWare, path: '/', from: ['ca+http://127.0.0.1:1/'] }],
    mounts: ['bin', 'etc', 'usr', 'var', 'run', 'tmp'],
    placeholders: [],
    user: { uid: 1000, gid: 1000 },
    ownership: 'flatten',
    ...changes,
  }
}

export function planOf(...roots: readonly RootOrder[]): FetchPlan {
  return { version: 1, roots }
}
