// Repeatr's format for people: three kinds of lines by their marks.

import { styleText } from 'node:util'
import { escapeControls } from '../../errors.ts'
import { printRunRecord } from '../../run/run-record.ts'
import { collectLines, type LineBuffer } from './line-buffer.ts'
import { closing, type LogLevel, type OutputParts, type RunOutput } from './run-output.ts'

const marks = { log: '-⟩', output: '≡⟩', record: '∴⟩' } as const
const colors = { log: 'cyan', output: 'gray', record: 'green' } as const
const levelColors = { info: 'cyan', warn: 'yellow', error: 'red' } as const

export function markedOutput(parts: OutputParts): RunOutput {
  const { io, queue, bar, paint, quiet } = parts
  const color = (name: 'cyan' | 'gray' | 'green' | 'yellow' | 'red', text: string) =>
    paint ? styleText(name, text, { validateStream: false }) : text
  const head = (kind: keyof typeof marks, second: number): string => {
    const mark = color(colors[kind], marks[kind])
    return `${mark} ${color('gray', `[${localTime(second)}]`)} ${mark}`
  }
  const now = (): number => Math.floor(io.now() / 1000)
  const printed = quiet ? collectLines(() => '') : markedLines(head)
  let recorded = Promise.resolve()

  function flush(): void {
    const bytes = printed.take()
    if (bytes.length === 0) return
    bar.clear()
    queue.write(bytes)
  }

  /** A line of its own, behind all that has come so far. */
  function interject(line: string): void {
    flush()
    bar.clear()
    queue.write(`${printed.breakLine()}${line}\n`)
  }

  return {
    progress: bar.show,
    log: (level: LogLevel, message) => {
      if (quiet && level === 'info') return
      const words = `${color(levelColors[level], `${level}:`)} ${escapeControls(message)}`
      interject(`${head('log', now())} ${words}`)
    },
    lines: {
      write: (part) => {
        printed.add(part)
      },
      flush: async () => {
        flush()
        await queue.hasRoom()
      },
      gap: () => {
        const why = 'the node has thrown parts of the output away before they were read'
        interject(`${head('log', now())} ${color('yellow', 'warn:')} ${why}`)
      },
    },
    record: (record) => {
      if (!quiet) interject(`${head('record', now())} runrecord follows:`)
      const print = (): void => {
        io.writeStdout(printRunRecord(record))
      }
      // On a terminal it stands behind what announces it.
      recorded = queue.flushed().then(print, print)
    },
    failure: () => undefined,
    close: async () => {
      await recorded
      await closing(parts)()
    },
  }
}

function markedLines(head: (kind: 'output', second: number) => string): LineBuffer {
  return collectLines((second) => `${head('output', second)}\t`)
}

/** `11-21 16:30:05`, where the user is. */
function localTime(second: number): string {
  const date = new Date(second * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time}`
}
