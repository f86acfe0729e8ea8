// Progress and log as JSON lines: what `kubectl logs` of the init container or sidecar shows.

import { escapeControls } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import type { Report, TransferEvent } from '../ware/transfer-event.ts'
import type { Failure } from './termination-message.ts'

export interface LineWriter {
  readonly writeLine: (line: string) => void
  readonly now: () => number
}

export interface ReportLines {
  readonly report: Report
  /** One line at the level, with further members behind the message. */
  readonly log: (level: 'error' | 'warn' | 'info', message: string) => void
  readonly fail: (failure: Failure) => void
  /** Members as they are, for other programs. */
  readonly tell: (members: Readonly<Record<string, JsonValue>>) => void
}

/** Of one ware at most one line in this time, so that logs stay readable and small. */
const millisecondsBetween = 1000

export function openReportLines({ writeLine, now }: LineWriter): ReportLines {
  const lastTold = new Map<string, number>()
  const finished = new Set<string>()

  function write(members: object): void {
    const time = new Date(now()).toISOString()
    // What is escaped inside JSON stays the same JSON.
    writeLine(escapeControls(JSON.stringify({ time, ...members })))
  }

  function tellProgress(event: TransferEvent & { kind: 'progress' }): void {
    const { ware, phase, done, total } = event
    const key = `${phase} ${ware}`
    const isEnd = done === total
    const last = lastTold.get(key)
    const soon = last !== undefined && now() - last < millisecondsBetween
    if ((soon && !isEnd) || (isEnd && finished.has(key))) return
    lastTold.set(key, now())
    if (isEnd) finished.add(key)
    write({ progress: { ware, phase, done, ...(total !== undefined && { total }) } })
  }

  return {
    report: (event) => {
      if (event.kind === 'progress') {
        tellProgress(event)
        return
      }
      const { level, message, detail = [] } = event
      if (level === 'debug') return
      const details = Object.fromEntries(detail)
      write({ level, msg: message, ...(detail.length > 0 && { details }) })
    },
    log: (level, message) => {
      write({ level, msg: message })
    },
    fail: (failure) => {
      write({ level: 'error', ...failure })
    },
    tell: write,
  }
}
