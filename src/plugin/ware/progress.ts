// Progress on stderr: a bar on a terminal, now and then a line elsewhere.

import { formatBytes } from './format-bytes.ts'
import type { TransferEvent } from '../../ware/transfer-event.ts'
import type { Io } from '../io.ts'

export type ProgressChoice = 'auto' | 'plain' | 'json' | 'none'
type ProgressEvent = Extract<TransferEvent, { kind: 'progress' }>

export interface Progress {
  readonly show: (event: ProgressEvent) => void
  /** Before anything else is written. */
  readonly clear: () => void
}

export function openProgress(choice: ProgressChoice, io: Io): Progress {
  switch (choice) {
    case 'auto':
      return io.stderrIsTerminal() ? bar(io) : lines(io, describe)
    case 'plain':
      return lines(io, describe)
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
const barCells = 24

function bar(io: Io): Progress {
  let last = io.now()
  let shown = false
  return {
    show: (event) => {
      if (io.now() - last < drawEvery) return
      last = io.now()
      shown = true
      const text = `${drawBar(event)} ${describe(event)}`
      io.writeStderr(`\r\u001b[K${text.slice(0, Math.max(io.columns() - 1, 20))}`)
    },
    clear: () => {
      if (shown) io.writeStderr('\r\u001b[K')
      shown = false
    },
  }
}

function drawBar({ done, total }: ProgressEvent): string {
  if (total === undefined || total === 0) return ''
  const filled = Math.min(Math.floor((done / total) * barCells), barCells)
  return `[${'='.repeat(filled)}${' '.repeat(barCells - filled)}]`
}

function describe({ ware, phase, done, total }: ProgressEvent): string {
  const name = ware.length > 24 ? `${ware.slice(0, 20)}…` : ware
  if (total === undefined || total === 0) return `${phase} ${name} ${formatBytes(done)}`
  const percent = Math.min(Math.floor((done / total) * 100), 100)
  return `${phase} ${name} ${percent} % of ${formatBytes(total)}`
}
