// A run's words and output as a reader has them: stdout, stderr, and both in the order in which they come.

import type { LinePart, LineSink } from '../../../src/run/log-lines.ts'
import {
  openRunOutput,
  type RunOutput,
  type RunOutputOptions,
} from '../../../src/plugin/runs/run-output.ts'
import { quietIo } from '../cli.ts'

/** 17:29:43 in UTC. */
export const second = 1_795_282_183

export interface OutputScene {
  readonly output: RunOutput
  readonly stdout: () => string
  readonly stderr: () => string
  /** What a terminal shows that both go to. */
  readonly both: () => string
  /** Whole lines of the action. */
  readonly lines: (...texts: readonly string[]) => Promise<void>
  readonly part: (text: string, change?: Partial<LinePart>) => void
  readonly flush: () => Promise<void>
}

export function openScene(
  options: Partial<RunOutputOptions> = {},
  writeStderrBytes?: (bytes: Uint8Array) => Promise<void>,
): OutputScene {
  let stdout = ''
  let stderr = ''
  let both = ''
  const output = openRunOutput(
    { json: false, quiet: false, color: 'never', progress: 'none', ...options },
    {
      ...quietIo(),
      now: () => second * 1000 + 999,
      writeStdout: (chunk) => {
        stdout += Buffer.from(chunk).toString()
        both += Buffer.from(chunk).toString()
      },
      writeStderrBytes: async (bytes) => {
        // Like a pipe: it takes some time.
        await new Promise((resolve) => setImmediate(resolve))
        await writeStderrBytes?.(bytes)
        stderr += Buffer.from(bytes).toString()
        both += Buffer.from(bytes).toString()
      },
    },
  )
  const sink: LineSink = output.lines
  const part: OutputScene['part'] = (text, change = {}) => {
    const bytes = Buffer.from(text)
    sink.write({ second, bytes, isStart: true, isEnd: true, ...change })
  }
  const flush = async (): Promise<void> => {
    await sink.flush?.()
  }
  return {
    output,
    stdout: () => stdout,
    stderr: () => stderr,
    both: () => both,
    lines: async (...texts) => {
      for (const text of texts) part(text)
      await flush()
    },
    part,
    flush,
  }
}
