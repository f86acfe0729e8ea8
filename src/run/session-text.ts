// What a program on a terminal has written comes from two sources. The log of its container has whole lines,
// from the first one on; the stream has all, from the moment on at which somebody was attached. Which byte
// that is, nobody tells: it is found by what both have. Texts are latin1, a character per byte.

/** Some runtimes leave carriage returns out of logs, so both are compared without. */
export function plainLines(text: string): string {
  return text.replace(/\r+(\n|$)/g, '$1')
}

/**
 * Of the log, what was written before the stream. @param stream its beginning, as far as it has come
 * when the log was read
 */
export function beforeStream(log: string, stream: string): string {
  const common = overlapOf(log, stream)
  if (saysSomething(stream.slice(0, common))) return log.slice(0, log.length - common)
  // Lines of the log may be on their way in the stream.
  const at = stream.includes('\n') && saysSomething(stream) ? log.lastIndexOf(stream) : -1
  return at < 0 ? log : log.slice(0, at)
}

/** How much of the end of one is the beginning of the other, in a time that grows with their length. */
function overlapOf(end: string, start: string): number {
  const borders = new Int32Array(start.length) // Knuth, Morris and Pratt
  for (let i = 1, common = 0; i < start.length; i++) {
    common = advance(start, borders, common, start.charCodeAt(i))
    borders[i] = common
  }
  let common = 0
  for (let i = Math.max(0, end.length - start.length); i < end.length; i++) {
    common = advance(start, borders, common, end.charCodeAt(i))
  }
  return common
}

function advance(start: string, borders: Int32Array, from: number, next: number): number {
  let common = from
  while (common > 0 && start.charCodeAt(common) !== next)
    common = borders[common - 1] ?? 0
  return start.charCodeAt(common) === next ? common + 1 : common
}

/** Of the log, what comes after the last that was shown; undefined where that cannot be told. */
export function afterShown(log: string, shown: string): string | undefined {
  const end = shown.lastIndexOf('\n') + 1
  const open = shown.slice(end)
  const lines = shown.slice(0, end)
  const start = lines === '' ? 0 : startOfUnknown(log, lines)
  if (start === undefined) return undefined
  const rest = log.slice(start)
  if (rest.startsWith(open)) return rest.slice(open.length)
  // The line was drawn over, or is in no log as long as it is open.
  return rest === '' ? '' : `\n${rest}`
}

/** Behind the longest end of the lines that the log has. */
function startOfUnknown(log: string, lines: string): number | undefined {
  const all = lines.slice(0, -1).split('\n')
  for (let count = Math.min(all.length, mostLines); count >= 1; count--) {
    const end = `${all.slice(-count).join('\n')}\n`
    const at = saysSomething(end) ? log.lastIndexOf(end) : -1
    if (at >= 0) return at + end.length
  }
  return undefined
}

/** Lines that repeat are told apart by those around them. */
const mostLines = 50

function saysSomething(text: string): boolean {
  return /[^\s]/.test(text)
}
