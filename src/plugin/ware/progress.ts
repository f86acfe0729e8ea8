// Progress on stderr: a bar on a terminal, now and then a line elsewhere.

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
      return io.stderrIsTerminal() ? bar(io) : lines(io, describeProgress)
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
  let last = io.now()
  return {
    show: (event) => {
      if (io.now() - last < every) return
      last = io.now()
      io.writeStderr(`${print(event)}\n`)
    },
    clear: () => undefined,
  }
}

const drawEvery = 100

function bar(io: Io): Progress {
  let last = io.now()
  let shown = false
  return {
    show: (event) => {
      if (io.now() - last < drawEvery) return
      last = io.now()
      shown = true
      // The last column is left free: some terminals would wrap.
      io.writeStderr(`\r\u001b[K${drawProgress(event, io.columns() - 1)}`)
    },
    clear: () => {
      if (shown) io.writeStderr('\r\u001b[K')
      shown = false
    },
  }
}
