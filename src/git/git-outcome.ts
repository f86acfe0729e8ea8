// What fetching a commit needs of the world, and how it ends.

import type { Pause } from '../host/pause.ts'
import type { SendRequest } from '../http-exchange.ts'
import type { Report } from '../ware/transfer-event.ts'

export interface GitContext {
  readonly send: SendRequest
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths of repositories start here. */
  readonly cwd: string
  /** A mounted Secret, in pods. */
  readonly credentialsDirectory?: string
  readonly report: Report
  /** A private directory for packs and big objects. */
  readonly scratch: () => string
  readonly signal?: AbortSignal
  /** Between tries; on the clock unless told. */
  readonly wait?: Pause
}

export type GitOutcome =
  | { readonly kind: 'done' }
  /** `absent`: the repository answers and does not have the commit. */
  | { readonly kind: 'absent' | 'unavailable'; readonly why: string }
