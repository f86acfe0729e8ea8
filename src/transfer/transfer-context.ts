// What moving wares needs of the world; the shells open it.

import type { SendRequest } from '../http-exchange.ts'
import type { Owner } from '../ware/entry-filter.ts'
import type { Report } from '../ware/transfer-event.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

export interface TransferContext {
  readonly send: SendRequest
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative `file` addresses start here. */
  readonly cwd: string
  /** A mounted Secret, in pods. */
  readonly credentialsDirectory?: string
  readonly report: Report
  readonly signal?: AbortSignal
  readonly limits: UnpackLimits
  /** A private directory for what does not fit into memory; made when it is first asked for. */
  readonly scratch: () => string
  /** Of the cache with its indexes; absent where nothing is to be kept. */
  readonly cacheBase?: string
  /** Who runs this: what the filter word `mine` stands for. */
  readonly mine: Owner
}
