// Repeatr's format for programs: one event per line on stdout, the result at the end.

import { escapeControls, exitCodes, type ErrorCode, type Problem } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { printProblems } from '../print-problems.ts'
import {
  closing,
  logWords,
  type LogLevel,
  type OutputParts,
  type RunOutput,
  type StepOutput,
} from './run-output.ts'

const levels: Readonly<Record<LogLevel, number>> = { error: 4, warn: 3, info: 2 }

/** Pieces of a longer line are events of their own. */
const longestText = 1024 * 1024

export function eventOutput(parts: OutputParts): RunOutput {
  const { io, queue, bar, quiet } = parts
  const print = (event: object): void => {
    io.writeStdout(`${JSON.stringify(event)}\n`)
  }
  const now = (): number => Math.floor(io.now() / 1000)

  /** @param step undefined for a run that is no step of a plot */
  function voice(step?: string): StepOutput {
    const named = step !== undefined && { step }
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let text = ''
    let begun = 0 // unix time of the line in work
    const tell = (): void => {
      if (text !== '') print({ txt: { t: begun, msg: text, ...named } })
      text = ''
    }
    /** What of the action comes no more. */
    const tellRest = (): void => {
      text += decoder.decode()
      tell()
    }
    let record: JsonObject | undefined

    function log(level: LogLevel, msg: string): void {
      if (quiet && level === 'info') return
      bar.clear()
      print({ log: { t: now(), lvl: levels[level], msg, detail: [], ...named } })
    }

    return {
      progress: bar.show,
      log,
      lines: {
        write: ({ second, bytes, isEnd }) => {
          begun = second
          text += decoder.decode(bytes, { stream: !isEnd })
          if (isEnd) text += '\n'
          if (isEnd || text.length >= longestText) tell()
        },
        words: (text) => {
          log('warn', logWords.instead(text))
        },
        gap: () => {
          log('warn', logWords.gap)
        },
      },
      record: (found) => {
        tellRest()
        record = found
      },
      failure: (problem) => {
        tellRest()
        const error = errorOf(problem)
        print({ result: { ...named, ...runRecord(record), error } })
        record = undefined
      },
      problems: (problems) => {
        bar.clear()
        printProblems(problems, {
          say: (line, label) => {
            const head = label === undefined ? '' : `${label.text} `
            queue.write(`${head}${escapeControls(line)}\n`)
          },
        })
      },
      end: () => {
        tellRest()
        if (record !== undefined) print({ result: { ...named, ...runRecord(record) } })
        record = undefined
      },
    }
  }

  const own = voice()
  return {
    ...own,
    step: voice,
    plotRecord: (record) => {
      print({ result: { plotRecord: record } })
    },
    close: async () => {
      own.end()
      await closing(parts)()
    },
  }
}

function runRecord(record: JsonObject | undefined): object {
  return record === undefined ? {} : { runRecord: record }
}

function errorOf({ code, task, why, hints = [] }: Problem): object {
  const details = { task, ...(hints.length > 0 && { hint: hints.join('; ') }) }
  return { category: categoryOf(code), message: why, details }
}

/** Of wares it speaks in rio's words (wares.md §9), which end with code 13. */
function categoryOf(code: ErrorCode): string {
  if (code === 'usage') return 'repeatr-usage-error'
  const isOfWares = exitCodes[code] >= 3 && exitCodes[code] <= 13
  return isOfWares ? `rio-${code.replace(/^ware-hash/, 'hash')}` : `repeatr-${code}`
}
