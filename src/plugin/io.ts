// What a command may touch of the world, handed in by the main file so that tests can stand in.

import type { Readable } from 'node:stream'
import type { Tty } from './tty.ts'

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface Io {
  readonly readStdin: () => Promise<Uint8Array>
  /**
   * As it comes: what is not asked for is not read. To be destroyed, or the process goes on as long as
   * stdin does.
   */
  readonly openStdin: () => Readable
  readonly stdinIsTerminal: () => boolean
  readonly writeStdout: (chunk: Uint8Array | string) => void
  readonly writeStderr: (text: string) => void
  /** Resolves when stderr has taken them: for what may be much, behind a reader that may pause. */
  readonly writeStderrBytes: (bytes: Uint8Array) => Promise<void>
  readonly stderrIsTerminal: () => boolean
  /** Of the terminal. */
  readonly columns: () => number
  /** With keys from stdin, shown by stderr. */
  readonly openTty: () => Promise<Tty>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths of arguments start here. */
  readonly cwd: string
  readonly version: string
  readonly nodeVersion: string
  /** Who runs this. */
  readonly user: { readonly uid: number; readonly gid: number }
  /** Existing directory for what is needed for a while. */
  readonly temporaryDirectory: string
  /** Aborted when the user interrupts. Whoever reads it takes care of the interruption. */
  readonly signal: AbortSignal
  /**
   * For commands to which one interruption is not like another. One that the listener does not take goes on
   * to the system, which kills.
   */
  readonly onSignal: (listener: (name: SignalName) => 'taken' | 'left') => void
  /** Milliseconds of the clock on the wall. */
  readonly now: () => number
}
