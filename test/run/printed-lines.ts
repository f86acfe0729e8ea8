// What a log comes out as.

import type { LineSink } from '../../src/run/log-lines.ts'

export interface PrintedLines {
  readonly sink: LineSink
  /** In latin1, so that every byte is one character; `GAP` stands between lines. */
  readonly lines: readonly string[]
  readonly seconds: readonly number[]
  /** A line of which not all is there. */
  readonly isOpen: () => boolean
}

export function printLines(): PrintedLines {
  const lines: string[] = []
  const seconds: number[] = []
  let isOpen = false
  return {
    lines,
    seconds,
    isOpen: () => isOpen,
    sink: {
      write: ({ second, bytes, isStart, isEnd }) => {
        if (isStart === isOpen) throw new Error(`wrong start: ${lines.join('|')}`)
        const text = Buffer.from(bytes).toString('latin1')
        if (isStart) seconds.push(second)
        lines.push(isStart ? text : `${lines.pop() ?? ''}${text}`)
        isOpen = !isEnd
      },
      gap: () => {
        if (isOpen) throw new Error('a gap inside a line')
        lines.push('GAP')
      },
    },
  }
}
