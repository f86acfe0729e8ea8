// What a command may touch of the world, handed in by the main file so that tests can stand in.

export interface Io {
  readonly readStdin: () => Promise<Uint8Array>
  readonly stdinIsTerminal: () => boolean
  readonly writeStdout: (chunk: Uint8Array | string) => void
  readonly writeStderr: (text: string) => void
  readonly stderrIsTerminal: () => boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths of arguments start here. */
  readonly cwd: string
  readonly version: string
}
