// What the clients of warehouses and of git repositories need of the world.

import type { SendRequest } from '../http-exchange.ts'
import type { Report } from '../ware/transfer-event.ts'
import type { Pause } from './pause.ts'

export type Env = Readonly<Record<string, string | undefined>>

export interface ClientContext {
  readonly send: SendRequest
  readonly env: Env
  /** What relative `file` addresses start from. */
  readonly cwd: string
  /** A mounted Secret with a file per credential; `/r2k8s/credentials` in pods. */
  readonly credentialsDirectory?: string
  readonly report: Report
  /** An existing directory for spools. Called only when one is needed. */
  readonly scratch: () => string
  readonly signal?: AbortSignal
  /** Between tries; on the clock unless told. */
  readonly wait?: Pause
}
