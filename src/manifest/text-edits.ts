// Edits of a text by offset, and the questions about lines that those who make edits ask.

export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Whole lines to put before the line at `start`, which is the start of a line or the end of the text. */
  readonly lines?: readonly string[]
}

/** @throws Error when two edits overlap */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
  eol: string,
): string {
  // An insertion goes before a removal at the same offset; else the order of making them counts.
  const sorted = edits.toSorted(
    (a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start),
  )
  let result = ''
  let at = 0
  let addedAtEnd = false
  for (const edit of sorted) {
    if (edit.start < at) throw new Error('edits overlap')
    result += text.slice(at, edit.start)
    if (edit.lines !== undefined) {
      if (result !== '' && !result.endsWith('\n')) result += eol
      result += edit.lines.map((line) => line + eol).join('')
      addedAtEnd = edit.start === text.length
    } else {
      result += edit.text
    }
    at = edit.end
  }
  result += text.slice(at)
  return addedAtEnd && !text.endsWith('\n') ? result.slice(0, -eol.length) : result
}

/** A byte order mark is no part of the first line. */
export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return offset === 0 ? 0 : start === 0 && text.startsWith('\ufeff') ? 1 : start
}

/** Offset behind the line break, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

/** Offset of the line break. */
export function lineEnd(text: string, offset: number): number {
  const end = nextLine(text, offset)
  if (text[end - 1] !== '\n' || end === offset) return end
  return text[end - 2] === '\r' && end - 2 >= offset ? end - 2 : end - 1
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

export function startsLine(text: string, offset: number): boolean {
  // Not by way of `lineStart`: in a text of one long line that would be a long way each time.
  let at = offset
  while (isSpace(text.charCodeAt(at - 1))) at--
  return at === 0 || text[at - 1] === '\n' || (at === 1 && text.startsWith('\ufeff'))
}

/** Nothing but white space, or that and a comment, up to the end of the line. */
export function endsLine(text: string, offset: number): boolean {
  let at = offset
  while (isSpace(text.charCodeAt(at))) at++
  if (at < text.length && !'#\r\n'.includes(text.charAt(at))) return false
  return /^(?:#.*)?$/.test(text.slice(at, lineEnd(text, at)))
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text)
}

/**
 * Behind the line on which something ends at `offset`, and behind the comments below it that are
 * indented deeper than `column`: those belong to what stands before them.
 */
export function endOfLines(text: string, offset: number, column: number): number {
  const startOfLine = offset > 0 && text[offset - 1] === '\n'
  let end = startOfLine ? offset : nextLine(text, offset)
  for (let at = end; at < text.length;) {
    const next = nextLine(text, at)
    const comment = /^( *)#/.exec(text.slice(at, next))
    if (comment !== null) {
      if ((comment[1] ?? '').length <= column) break
      end = next
    } else if (!isBlank(text.slice(at, next))) {
      break
    }
    at = next
  }
  return end
}
