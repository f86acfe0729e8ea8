// JSON Patch operations (RFC 6902), the one currency between the core and its shells. Only the
// three kinds that a mutation needs: no `test`, `move` or `copy`.

import type { JsonValue } from '../json.ts'

export type PatchOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'replace'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
