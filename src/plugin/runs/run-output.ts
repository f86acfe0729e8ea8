// How a run speaks: Repeatr's two formats (formulas.md §8.2). Words and output go to stderr, the record to
// stdout; in JSON all goes to stdout, an event per line.

import type { Problem } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import type { LineSink } from '../../run/log-lines.ts'
import type { Io } from '../io.ts'
import { wantsColor, type ColorChoice } from '../terminal.ts'
import { openProgress, type Progress, type ProgressChoice } from '../ware/progress.ts'
import type { ProgressEvent } from '../ware/progress-line.ts'
import { eventOutput } from './event-output.ts'
import { markedOutput } from './marked-output.ts'
import { openQueue, type Queue } from './stderr-queue.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** Of one run. */
export interface StepOutput {
  readonly log: (level: LogLevel, message: string) => void
  readonly progress: (event: ProgressEvent) => void
  /** Of the action. */
  readonly lines: LineSink
  readonly record: (record: JsonObject) => void
  /** The last word of JSON. */
  readonly failure: (problem: Problem) => void
  /** For people, in both formats, behind all that has come so far. */
  readonly problems: (problems: readonly Problem[]) => void
  /** Nothing more comes of this run. */
  readonly end: () => void
}

/** Of a call: of one run, or of a plot and its steps. */
export interface RunOutput extends StepOutput {
  /** The output of a step, told apart from that of others by its name. */
  readonly step: (name: string) => StepOutput
  readonly plotRecord: (record: JsonObject) => void
  /** All is written, and the bar is gone. */
  readonly close: () => Promise<void>
}

export interface RunOutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly color: ColorChoice
  readonly progress: ProgressChoice
}

export interface OutputParts {
  readonly io: Io
  readonly queue: Queue
  readonly bar: Progress
  readonly paint: boolean
  readonly quiet: boolean
}

export function openRunOutput(options: RunOutputOptions, io: Io): RunOutput {
  const queue = openQueue(io)
  const { json, quiet, color, progress } = options
  // The bar stands among the lines of the program, so it takes the same way.
  const ordered: Io = { ...io, writeStderr: queue.write }
  const bar = openProgress(quiet ? 'none' : progress, ordered)
  const paint = color === 'auto' ? wantsColor(io) : color === 'always'
  const parts = { io, queue, bar, paint, quiet }
  return json ? eventOutput(parts) : markedOutput(parts)
}

/** For both: words among the lines of a log that are nobody's output. */
export const logWords = {
  gap: 'the node has thrown parts of the output away before they were read',
  instead: (text: string): string => `the node says in the place of the log: ${text}`,
}

/** For both. */
export function closing({ queue, bar }: OutputParts): () => Promise<void> {
  return async () => {
    bar.clear()
    await queue.flushed()
  }
}
