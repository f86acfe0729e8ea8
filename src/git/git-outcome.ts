// What fetching a commit needs of the world, and how it ends.

import type { ClientContext } from '../host/client-context.ts'

export type GitContext = ClientContext

export type GitOutcome =
  | { readonly kind: 'done' }
  /** `absent`: the repository answers and does not have the commit. */
  | { readonly kind: 'absent' | 'unavailable'; readonly why: string }
