// Repeatr's format for people: three kinds of lines by their marks.

import { styleText } from 'node:util'
import { escapeControls } from '../../errors.ts'
import { printProblems } from '../print-problems.ts'
import type { JsonObject } from '../../json.ts'
import { printRunRecord } from '../../run/run-record.ts'
import type { Paint } from '../terminal.ts'
import { collectLines, type LineBuffer } from './line-buffer.ts'
import {
  closing,
  logWords,
  type LogLevel,
  type OutputParts,
  type RunOutput,
  type StepOutput,
} from './run-output.ts'

const marks = { log: '-⟩', output: '≡⟩', record: '∴⟩' } as const
const colors = { log: 'cyan', output: 'gray', record: 'green' } as const
const levelColors = { info: 'cyan', warn: 'yellow', error: 'red' } as const

export function markedOutput(parts: OutputParts): RunOutput {
  const { io, queue, bar, paint, quiet } = parts
  /** Whose line is the last on the screen, and may not be over. */
  let last: LineBuffer | undefined
  const color = (name: Paint | 'gray' | 'green', text: string) =>
    paint ? styleText(name, text, { validateStream: false }) : text
  const head = (kind: keyof typeof marks, second: number): string => {
    const mark = color(colors[kind], marks[kind])
    return `${mark} ${color('gray', `[${localTime(second)}]`)} ${mark}`
  }
  const now = (): number => Math.floor(io.now() / 1000)
  let recorded: Promise<void> | undefined

  /** What was printed before is over, if need be with a line break. */
  function breakLine(): string {
    const broken = last?.breakLine() ?? ''
    last = undefined
    return broken
  }

  function announce(title: string): void {
    if (quiet) return
    bar.clear()
    queue.write(`${breakLine()}${head('record', now())} ${title}:\n`)
  }

  function print(record: JsonObject, title: string): void {
    const printing = printBehind(record, title)
    printing.catch(() => undefined) // who closes is told
    recorded = printing
  }

  /** On a terminal it stands behind what announces it, and in front of the next announcement. */
  async function printBehind(record: JsonObject, title: string): Promise<void> {
    const before = recorded
    if (before !== undefined) await before
    announce(title)
    await queue.flushed().catch(() => undefined) // stderr may be closed, and stdout is not
    io.writeStdout(printRunRecord(record))
  }

  /** @param step empty for a run that is no step of a plot */
  function voice(step: string): StepOutput {
    const name = escapeControls(step)
    const [before, prefix] = name === '' ? ['', ''] : [`${name} | `, `${name}: `]
    const printed = collectLines((second) =>
      quiet ? '' : `${head('output', second)}\t${before}`,
    )

    function flush(): void {
      const bytes = printed.take()
      if (bytes.length === 0) return
      bar.clear()
      if (last !== printed) queue.write(breakLine())
      last = printed
      queue.write(bytes)
    }

    /** A line of its own, behind all that has come so far. */
    function interject(line: string): void {
      flush()
      bar.clear()
      queue.write(`${breakLine()}${line}\n`)
    }

    function log(level: LogLevel, message: string): void {
      if (quiet && level === 'info') return
      const marked = color(levelColors[level], `${level}:`)
      const words = escapeControls(`${prefix}${message}`)
      interject(`${head('log', now())} ${marked} ${words}`)
    }

    return {
      // Steps may fetch the same ware.
      progress: (event) => {
        bar.show({ ...event, ware: `${prefix}${event.ware}` })
      },
      log,
      lines: {
        write: (part) => {
          printed.add(part)
        },
        flush: async () => {
          flush()
          await queue.hasRoom()
        },
        words: (text) => {
          log('warn', logWords.instead(text))
        },
        gap: () => {
          log('warn', logWords.gap)
        },
      },
      record: (record) => {
        flush()
        print(record, `runrecord${name === '' ? '' : ` of ${name}`} follows`)
      },
      failure: () => undefined,
      problems: (problems) => {
        printProblems(problems, {
          say: (line, label) => {
            const head = label === undefined ? '' : `${color(label.color, label.text)} `
            interject(`${head}${escapeControls(`${prefix}${line}`)}`)
          },
        })
      },
      end: () => {
        flush()
        bar.clear()
      },
    }
  }

  return {
    ...voice(''),
    step: voice,
    plotRecord: (record) => {
      print(record, 'plotresults follow')
    },
    close: async () => {
      await recorded
      await closing(parts)()
    },
  }
}

/** `11-21 16:30:05`, where the user is. */
function localTime(second: number): string {
  const date = new Date(second * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time}`
}
