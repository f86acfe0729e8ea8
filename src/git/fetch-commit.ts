import type { SendRequest } from '../http-exchange.ts'
import type { EntrySink } from '../ware/entry.ts'
import type { Report } from '../ware/transfer-event.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'

export interface GitRequest {
  readonly address: WarehouseAddress
  readonly commit: string
  readonly context: { readonly send: SendRequest; readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string; readonly credentialsDirectory?: string; readonly report: Report; readonly scratch: () => string; readonly signal?: AbortSignal }
  readonly sink: EntrySink
  readonly limits: UnpackLimits
}
export type GitOutcome = { readonly kind: 'done' } | { readonly kind: 'absent'; readonly why: string } | { readonly kind: 'unavailable'; readonly why: string }
export function fetchCommit(_request: GitRequest): Promise<GitOutcome> {
  return Promise.resolve({ kind: 'unavailable', why: 'in the making' })
}
