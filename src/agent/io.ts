// What the agent may touch of the world, handed in by the main file so that tests can stand in.

export interface AgentIo {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Who runs this. */
  readonly mine: { readonly uid: number; readonly gid: number }
  /** One line without its end. */
  readonly writeLine: (line: string) => void
  /** Aborted by SIGTERM: `fetch` gives up, `pack` begins. */
  readonly terminated: AbortSignal
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
} as const
