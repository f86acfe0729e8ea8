// A log that is opened again and again, and cut.

import { createLogLines, type LogLines } from '../../src/run/log-lines.ts'
import { firstSecond, sendLog, type Entry } from './kubelet-log.ts'
import { printLines, type PrintedLines } from './printed-lines.ts'

export interface Reading {
  readonly printed: PrintedLines
  readonly log: LogLines
  /** What the log is read from, at each opening. */
  readonly asked: (string | undefined)[]
}

export function startReading(): Reading {
  const printed = printLines()
  const log = createLogLines(printed.sink, () => (firstSecond + 60) * 1000)
  return { printed, log, asked: [] }
}

export interface Opening {
  readonly entries: readonly Entry[]
  /** Bytes until the stream breaks off; to its end without it. */
  readonly cut?: number | undefined
  /** Sizes of the chunks, again and again. */
  readonly sizes?: readonly number[]
  /** What the kubelet says behind it. */
  readonly words?: string
  readonly zone?: number
}

/** @returns whether something was new */
export function openLog({ log, asked }: Reading, opening: Opening): boolean {
  const { entries, cut, sizes = [100_000], words = '', zone = 0 } = opening
  const since = log.reopen()
  asked.push(since)
  const sent = Buffer.concat([sendLog(entries, since, zone), Buffer.from(words)])
  const bytes = sent.subarray(0, cut)
  let isNew = false
  for (let at = 0, i = 0; at < bytes.length; i++) {
    // The buffer is used again, as the network may.
    const chunk = Buffer.from(bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1)))
    if (log.add(chunk)) isNew = true
    at += chunk.length
    chunk.fill('#')
  }
  return isNew
}

/** One opening after the other, and the end. */
export function readAll(...openings: readonly Opening[]): readonly string[] {
  const reading = startReading()
  for (const opening of openings) openLog(reading, opening)
  reading.log.end()
  return reading.printed.lines
}
