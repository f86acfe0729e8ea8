// One run that is followed: what those who do parts of it share.

import type { ApiClient } from '../cluster/api-client.ts'
import type { R2k8sError, Problem } from '../errors.ts'
import type { AgentLine } from './agent-lines.ts'
import type { Interaction } from './conversation.ts'
import type { LineSink } from './log-lines.ts'
import type { Pending } from './pending.ts'
import type { PodState } from './pod-state.ts'
import type { RunAbout, SentInput } from './run-order.ts'
import type { RunWatch } from './watch-run.ts'

export interface FollowedRun {
  readonly namespace: string
  readonly about: RunAbout
  /** Archives that the fetcher waits for. */
  readonly sent?: readonly SentInput[]
  /** Unix time, in seconds: what the action has written before is left out. */
  readonly from?: number
  /** What the action has of the user; none: its stdin is closed. */
  readonly interaction?: Interaction
}

export interface RunListener {
  /** What the action writes. */
  readonly output: LineSink
  readonly agentLine: (container: 'fetch' | 'pack', line: AgentLine) => void
  readonly pending: (why: Pending) => void
  readonly sending: (input: SentInput) => void
  /** Something has begun: fetching, the action, packing. */
  readonly began: (what: 'fetch' | 'action' | 'pack', pod: PodState) => void
  /** The cluster does not answer, or not as it should; it is asked again. */
  readonly troubled: (error: R2k8sError) => void
  /**
   * Outputs wait in the pod for this machine to take them home; they are gone when it returns.
   * @returns what could not be taken
   */
  readonly takeHome: (held: HeldOutputs) => Promise<readonly Problem[]>
}

export interface HeldOutputs {
  readonly pod: string
  /** Bytes by name of the output. */
  readonly sizes: ReadonlyMap<string, number>
  readonly results: ReadonlyMap<string, string>
}

export interface Following {
  readonly client: ApiClient
  readonly run: FollowedRun
  readonly listener: RunListener
  readonly watch: RunWatch
  /** Comes when the run is over, or is followed no longer. */
  readonly signal: AbortSignal
  readonly packed: PackerWord
}

export type Packed = Extract<AgentLine, { kind: 'results' }>

/** What the packer tells in its log. */
export interface PackerWord {
  /** Resolves as soon as it has been told. */
  readonly told: Promise<Packed>
  readonly tell: (packed: Packed) => void
  /** Undefined as long as nothing has been told. */
  readonly last: () => Packed | undefined
}

export function packerWord(): PackerWord {
  let last: Packed | undefined
  let resolve: (packed: Packed) => void = () => undefined
  const told = new Promise<Packed>((settle) => {
    resolve = settle
  })
  return {
    told,
    tell: (packed) => {
      last = packed
      resolve(packed)
    },
    last: () => last,
  }
}
