// What the action of a run and the user have of each other: its input, or the terminal that it is on.

import type { ApiClient } from '../cluster/api-client.ts'
import type { WindowSizes } from '../cluster/pod-streams.ts'
import type { R2k8sError } from '../errors.ts'
import type { PodState } from './pod-state.ts'
import type { RunAbout } from './run-order.ts'
import { hasEnded } from './run-phase.ts'
import type { RunWatch } from './watch-run.ts'

export type Interaction =
  | ({ readonly kind: 'input' } & ActionInput)
  | ({ readonly kind: 'terminal' } & ActionTerminal)

export interface ActionInput {
  /** Its end is that of the action's input. */
  readonly stdin: AsyncIterable<Uint8Array>
  /** The action has ended, and has not read all that was there for it. */
  readonly leftUnread: () => void
}

/** The one that the user sits at. */
export interface ActionTerminal {
  readonly keys: AsyncIterable<Uint8Array>
  readonly sizes: WindowSizes
  /** Resolves when it is on the screen. */
  readonly show: (bytes: Uint8Array) => Promise<void>
  /** Keys and screen are the program's until it is left. */
  readonly enter: () => void
  readonly leave: () => void
  /** Before what comes now, something may be missing. */
  readonly gap: () => void
  /** Nothing stands on the line of the cursor: a prompt may have come too early to be seen. */
  readonly quiet: () => void
}

export interface Conversation {
  readonly client: ApiClient
  readonly namespace: string
  readonly about: RunAbout
  readonly watch: RunWatch
  readonly signal: AbortSignal
  /** Of an action on a terminal; otherwise who reads its log tells it. */
  readonly began: (pod: PodState) => void
  readonly troubled: (error: R2k8sError) => void
}

/** Aborted when the action has ended, or the signal has come. */
export function endOfAction(watch: RunWatch, signal: AbortSignal): AbortSignal {
  const over = new AbortController()
  const tell = (): void => {
    over.abort()
  }
  if (hasEnded(watch.view(), 'action')) tell()
  else
    watch.until((view) => hasEnded(view, 'action') || undefined, signal).then(tell, tell)
  return over.signal
}
