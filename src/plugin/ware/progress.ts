// Progress on stderr: a bar for each ware on a terminal, now and then a line elsewhere.

import type { Io } from '../io.ts'
import { describeProgress, drawProgress, type ProgressEvent } from './progress-line.ts'

export type ProgressChoice = 'auto' | 'plain' | 'json' | 'none'

export interface Progress {
  readonly show: (event: ProgressEvent) => void
  /** Before anything else is written. */
  readonly clear: () => void
}

export function openProgress(choice: ProgressChoice, io: Io): Progress {
  switch (choice) {
    case 'auto':
      return io.stderrIsTerminal() ? bars(io) : lines(io, describeProgress)
    case 'plain':
      return lines(io, describeProgress)
    case 'json':
      return lines(io, (event) => JSON.stringify({ progress: withoutKind(event) }), 1000)
    case 'none':
      return { show: () => undefined, clear: () => undefined }
  }
}

function withoutKind({ ware, phase, done, total }: ProgressEvent) {
  return { ware, phase, done, ...(total !== undefined && { total }) }
}

/** Short transfers stay silent. */
const lineEvery = 5000

function lines(
  io: Io,
  print: (event: ProgressEvent) => string,
  every = lineEvery,
): Progress {
  const board = openBoard()
  let last = io.now()
  return {
    show: (event) => {
      board.note(event)
      if (io.now() - last < every) return
      last = io.now()
      for (const each of board.take()) io.writeStderr(`${print(each)}\n`)
    },
    clear: board.forget,
  }
}

const drawEvery = 100
const mostRows = 8

/** A row for each ware. The cursor stays at the start of the first one. */
function bars(io: Io): Progress {
  const board = openBoard()
  let last = io.now()
  let shown = false
  return {
    show: (event) => {
      board.note(event)
      if (io.now() - last < drawEvery) return
      last = io.now()
      shown = true
      // The last column is left free: some terminals would wrap.
      const rows = drawRows(board.take(), io.columns() - 1)
      const back = rows.length > 1 ? `\u001b[${rows.length - 1}A` : ''
      io.writeStderr(`\r\u001b[J${rows.join('\n')}${back}`)
    },
    clear: () => {
      if (shown) io.writeStderr('\r\u001b[J')
      shown = false
      board.forget()
    },
  }
}

function drawRows(events: readonly ProgressEvent[], room: number): readonly string[] {
  const rows = events.slice(0, mostRows).map((event) => drawProgress(event, room))
  const more = events.length - rows.length
  return more === 0 ? rows : [...rows, `and ${more} more`.slice(0, room)]
}

interface Board {
  readonly note: (event: ProgressEvent) => void
  /** All that is under way, in the order of its beginning, and once more what has come since. */
  readonly take: () => readonly ProgressEvent[]
  readonly forget: () => void
}

function openBoard(): Board {
  const events = new Map<string, ProgressEvent>()
  return {
    note: (event) => {
      events.set(`${event.phase} ${event.ware}`, event)
    },
    take: () => {
      const all = [...events]
      for (const [key, { done, total }] of all) {
        if (total !== undefined && done >= total) events.delete(key)
      }
      return all.map(([, event]) => event)
    },
    forget: () => {
      events.clear()
    },
  }
}
