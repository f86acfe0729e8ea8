// A log with times in front of its lines, cut anywhere → its lines, each once, however often a part of the
// log is read again.

import {
  createLineMemory,
  type CutLine,
  type LineTime,
  type Replay,
} from './line-memory.ts'
import { createTimeReader, longestTime } from './line-time.ts'

/** Where lines go. */
export interface LineSink {
  readonly write: (part: LinePart) => void
  /** What has come at once is over; more comes when there is room for it. */
  readonly flush?: () => void | Promise<void>
  /** Between what was written and what comes now lines may be missing: the node has thrown them away. */
  readonly gap?: () => void
  /** What the kubelet says in the place of a log; without this, it is a line like the others. */
  readonly words?: (text: string) => void
}

/** A line, or a piece of a long one. */
export interface LinePart {
  /** Unix time at which the line began. */
  readonly second: number
  /** Without the line break. Part of a buffer of the network: not to be kept. */
  readonly bytes: Uint8Array
  readonly isStart: boolean
  readonly isEnd: boolean
}

export interface LogLines {
  /** Before each opening of the log. @returns RFC 3339 to read it from; undefined for all of it */
  readonly reopen: () => string | undefined
  /** @returns whether anything in it was new */
  readonly add: (chunk: Uint8Array) => boolean
  /** The log is over: what has no line break is a line, too, and so are words of the kubelet. */
  readonly end: () => void
}

/** The line in work. */
interface Line {
  readonly second: number
  /** Undefined where no time stands. */
  readonly nanos: number | undefined
  /** Printed before: read over. */
  readonly isKnown: boolean
  /** Of what was printed of it before it was cut, still to be read over. */
  skip: number
  printed: number
}

/** @param now for what the kubelet says before any line */
export function createLogLines(sink: LineSink, now: () => number = Date.now): LogLines {
  const printer = createPrinter(sink)
  const readTime = createTimeReader()
  const memory = createLineMemory()
  let replay: Replay | undefined
  let line: Line | undefined
  let cut: CutLine | undefined // that was not met again yet
  let head: Uint8Array = new Uint8Array() // of a line, until its time or its end is there
  let lastSecond: number | undefined

  const isInReplay = (): boolean => replay !== undefined && !replay.isOver()
  const secondNow = (): number => lastSecond ?? Math.floor(now() / 1000)

  function startLine({ second, nanos }: LineTime): Line {
    const seen = replay?.meet({ second, nanos })
    lastSecond = second
    if (seen === 'known') return { second, nanos, isKnown: true, skip: 0, printed: 0 }
    replay = undefined
    cut = undefined
    if (typeof seen === 'object') {
      const { bytes } = seen
      return { second, nanos, isKnown: false, skip: bytes, printed: bytes }
    }
    printer.endOpen()
    if (seen === 'gap') sink.gap?.()
    return { second, nanos, isKnown: false, skip: 0, printed: 0 }
  }

  /**
   * In what is read again, it is the rest of a line that began too early to be sent. Elsewhere a runtime
   * that knows no times has written it.
   */
  function startTimeless(): Line {
    const isKnown = isInReplay()
    if (!isKnown) printer.endOpen()
    return { second: secondNow(), nanos: undefined, isKnown, skip: 0, printed: 0 }
  }

  function addPart(to: Line, bytes: Uint8Array, isEnd: boolean): boolean {
    if (isEnd) line = undefined
    if (to.isKnown) return false
    const skipped = Math.min(to.skip, bytes.length)
    to.skip -= skipped
    const rest = skipped === 0 ? bytes : bytes.subarray(skipped)
    to.printed += rest.length
    if (isEnd && to.nanos !== undefined)
      memory.add({ second: to.second, nanos: to.nanos })
    if (rest.length === 0 && !isEnd) return false
    printer.write(to.second, rest, isEnd)
    return true
  }

  function add(chunk: Uint8Array): boolean {
    const bytes = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    head = new Uint8Array()
    let isNew = false
    for (let at = 0; at < bytes.length;) {
      if (line === undefined) {
        const time = readTime(bytes, at)
        if (time === undefined && mayGoOn(bytes, at)) {
          head = new Uint8Array(bytes.subarray(at))
          break
        }
        line = time === undefined ? startTimeless() : startLine(time)
        at += time?.length ?? 0
      }
      const end = bytes.indexOf(newline, at)
      const isEnd = end >= 0
      if (addPart(line, bytes.subarray(at, isEnd ? end : bytes.length), isEnd))
        isNew = true
      at = isEnd ? end + 1 : bytes.length
    }
    return isNew
  }

  function sayHead(isLast: boolean): void {
    if (!isPartOfTime(head)) printer.say(secondNow(), head, isLast)
    head = new Uint8Array()
  }

  return {
    add,
    reopen: () => {
      if (isInReplay()) head = new Uint8Array()
      cut = cutOf(line) ?? cut
      sayHead(false)
      replay = memory.replay(cut)
      line = undefined
      return replay === undefined ? undefined : isoSeconds(replay.from)
    },
    end: () => {
      sayHead(true)
      printer.endOpen()
    },
  }
}

interface Printer {
  readonly write: (second: number, bytes: Uint8Array, isEnd: boolean) => void
  /** For a line that does not come again. */
  readonly endOpen: () => void
  readonly say: (second: number, words: Uint8Array, isLast: boolean) => void
}

function createPrinter(sink: LineSink): Printer {
  let open: number | undefined // second of the line of which only parts are written
  let said = ''
  let isLastWord = false // nothing was written after that

  function write(second: number, bytes: Uint8Array, isEnd: boolean): void {
    const isStart = open === undefined
    open = isEnd ? undefined : second
    isLastWord = false
    sink.write({ second, bytes, isStart, isEnd })
  }

  function endOpen(): void {
    if (open !== undefined) write(open, new Uint8Array(), true)
  }

  return {
    write,
    endOpen,
    // The kubelet says the same at each opening until its trouble is over.
    say: (second, words, isLast) => {
      const text = Buffer.from(words).toString('latin1')
      if (text === '' || (text === said && (isLastWord || !isLast))) return
      endOpen()
      if (sink.words === undefined) write(second, words, true)
      else sink.words(Buffer.from(words).toString())
      said = text
      isLastWord = true
    },
  }
}

const newline = 0x0a

/** The kubelet's own have no time and no line break, and end the stream. */
const longestWords = 1024

/** Its time may be to come, or the end of the stream. */
function mayGoOn(bytes: Uint8Array, at: number): boolean {
  return bytes.length - at < longestWords && bytes.indexOf(newline, at) < 0
}

function isPartOfTime(head: Uint8Array): boolean {
  const [first = 0] = head
  return head.length < longestTime && first >= 0x30 && first <= 0x39
}

function cutOf(line: Line | undefined): CutLine | undefined {
  if (line === undefined || line.isKnown || line.nanos === undefined) return undefined
  const { second, nanos, printed: bytes } = line
  return { second, nanos, bytes }
}

/** RFC 3339, as the API takes it. */
export function isoSeconds(second: number): string {
  return new Date(second * 1000).toISOString().replace('.000Z', 'Z')
}
