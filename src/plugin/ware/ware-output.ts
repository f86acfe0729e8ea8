// How the ware verbs speak: rio's two formats (wares.md §9), and progress.

import type { Problem, R2k8sError } from '../../errors.ts'
import type { Report, TransferEvent } from '../../ware/transfer-event.ts'
import type { Io } from '../io.ts'
import { openProgress, type ProgressChoice } from './progress.ts'

export interface OutputOptions {
  readonly format: 'dumb' | 'json'
  readonly progress: ProgressChoice
}

export interface WareOutput {
  readonly report: Report
  /** The last word: the ware ID. */
  readonly result: (wareId: string) => void
  /** The last word of a failure; what went wrong is told by whoever catches it. */
  readonly failure: (error: R2k8sError) => void
  /** Takes the bar from the terminal. */
  readonly close: () => void
}

export function openWareOutput({ format, progress }: OutputOptions, io: Io): WareOutput {
  const bar = openProgress(progress, io)
  return format === 'json' ? jsonOutput(bar, io) : dumbOutput(bar, io)
}

type Progress = ReturnType<typeof openProgress>
type LogEvent = Extract<TransferEvent, { kind: 'log' }>

function dumbOutput(bar: Progress, io: Io): WareOutput {
  return {
    report: (event) => {
      if (event.kind === 'progress') bar.show(event)
      else if (event.level !== 'debug') {
        bar.clear()
        io.writeStderr(`log: lvl=${event.level} msg=${oneLine(event.message)}\n`)
      }
    },
    result: (wareId) => {
      bar.clear()
      io.writeStdout(`${wareId}\n`)
    },
    failure: bar.clear,
    close: bar.clear,
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

const levels: Readonly<Record<LogEvent['level'], number>> = {
  error: 4,
  warn: 3,
  info: 2,
  debug: 1,
}

function jsonOutput(bar: Progress, io: Io): WareOutput {
  const print = (line: object): void => {
    io.writeStdout(`${JSON.stringify(line)}\n`)
  }
  let lastProgress = -Infinity
  return {
    report: (event) => {
      if (event.kind === 'log') {
        const { level, message, detail = [] } = event
        bar.clear()
        const t = new Date(io.now()).toISOString()
        print({ log: { t, lvl: levels[level], msg: message, detail } })
        return
      }
      bar.show(event)
      // Nobody draws more often, and a fast disk has thousands of chunks.
      if (io.now() - lastProgress < 200) return
      lastProgress = io.now()
      const { phase, ware, done, total = 0 } = event
      print({ prog: { phase, desc: ware, totalProg: done, totalWork: total } })
    },
    result: (wareId) => {
      bar.clear()
      print({ result: { wareID: wareId } })
    },
    failure: (error) => {
      bar.clear()
      print(failureResult(error.problems[0]))
    },
    close: bar.clear,
  }
}

/** The last line of a failure. rio prefixes its categories. */
export function failureResult({ code, task, why, hints = [] }: Problem) {
  const category =
    code === 'usage' ? 'rio-usage-error' : `rio-${code.replace(/^ware-hash/, 'hash')}`
  const details = { task, ...(hints.length > 0 && { hint: hints.join('; ') }) }
  return { result: { wareID: '', error: { category, message: why, details } } }
}
