// What the agent may touch of the world, handed in by the main file so that tests can stand in.

import { inputsVariable } from '../mutate/fetch-plan.ts'
import { waitForVariable } from '../mutate/pack-plan.ts'

export interface AgentIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Who runs this. */
  readonly mine: { readonly uid: number; readonly gid: number }
  /** One line without its end. */
  readonly writeLine: (line: string) => void
  /** To stdout, as they are. Waits until they are taken. */
  readonly writeBytes: (bytes: Uint8Array) => void
  readonly writeError: (text: string) => void
  /** Aborted by SIGTERM: `fetch` gives up, `pack` begins. */
  readonly terminated: AbortSignal
  /** Aborted when a client has said so: see errands.ts. */
  readonly told: Readonly<Record<'begin' | 'release' | 'quit', AbortSignal>>
  /** Tells the packer that is the first process of this container. */
  readonly signalPacker: (word: 'begin' | 'release' | 'quit') => void
  /** Milliseconds of the clock on the wall. */
  readonly now: () => number
  /** Of the running kernel: changes when the machine starts anew; '' where unknown. */
  readonly boot: string
  /** Of this node, as Node says it: `x64`, `arm64`, … */
  readonly architecture: string
  readonly version: string
}

export const variables = {
  /** File for the last word to the kubelet; the default is where Kubernetes puts it. */
  terminationLog: 'R2K8S_TERMINATION_LOG',
  /** Directory with the files of the warehouse Secret. */
  credentials: 'R2K8S_CREDENTIALS',
  /** File that the packer makes when it listens: a fetcher ends no sooner. */
  waitFor: waitForVariable,
  inputs: inputsVariable,
} as const
