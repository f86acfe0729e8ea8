// What both duties work with: the agent's surroundings, with client and reports opened.

import type { SendRequest } from '../http-exchange.ts'
import type { TransferContext } from '../transfer/transfer-context.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import type { AgentIo } from './io.ts'
import type { ReportLines } from './report-lines.ts'

export interface World {
  readonly io: AgentIo
  readonly lines: ReportLines
  readonly send: SendRequest
  /** Files of the warehouse Secret, when the pod has one. */
  readonly credentialsDirectory: string | undefined
  readonly limits: UnpackLimits
}

/** @param scratch existing directory for what does not fit into memory */
export function transferContext(
  { io, lines, send, credentialsDirectory, limits }: World,
  scratch: string,
  signal: AbortSignal,
): TransferContext {
  return {
    send,
    env: io.env,
    cwd: io.cwd,
    ...(credentialsDirectory !== undefined && { credentialsDirectory }),
    report: lines.report,
    signal,
    limits,
    scratch: () => scratch,
    mine: io.mine,
  }
}
