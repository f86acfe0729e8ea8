// A parsed text whose every value still knows where it stands: the common form in which the
// readers of JSON and YAML hand a document to those who must name line and column in an error.

/** Half-open range of offsets into the text, in UTF-16 code units. */
export interface Range {
  readonly start: number
  readonly end: number
}

export type Located = LocatedObject | LocatedArray | LocatedScalar

export interface LocatedObject {
  readonly kind: 'object'
  /** In the order of the text. A repeated key stands here as often as the text repeats it. */
  readonly members: readonly LocatedMember[]
  readonly range: Range
}

export interface LocatedMember {
  readonly key: string
  readonly keyRange: Range
  readonly value: Located
}

export interface LocatedArray {
  readonly kind: 'array'
  readonly items: readonly Located[]
  readonly range: Range
}

export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /**
   * The text of the scalar without quotes and with escapes resolved: `0123` where `value` is 83.
   * Members that are strings by definition read this, so that a hash of digits stays itself.
   */
  readonly text: string
  readonly range: Range
}

export interface TextProblem {
  readonly message: string
  readonly offset: number
}

/** What a reader of text gives: a value unless the text is unreadable, and every problem met. */
export interface ReadText {
  readonly value: Located | undefined
  readonly problems: readonly TextProblem[]
}

/** A reader of one document of text; the core is given one for YAML, which it cannot read itself. */
export type TextReader = (text: string) => ReadText

/** 1-based line and column (in code units) of an offset; `\r\n`, `\n` and `\r` end a line. */
export function lineAndColumn(
  text: string,
  offset: number,
): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let i = 0; i < offset; i++) {
    const char = text.charCodeAt(i)
    if (char === 10 || (char === 13 && text.charCodeAt(i + 1) !== 10)) {
      line++
      lineStart = i + 1
    }
  }
  return { line, column: offset - lineStart + 1 }
}

/** `file:line:col`, the form in which every error names a place in a text. */
export function placeInText(file: string, text: string, offset: number): string {
  const { line, column } = lineAndColumn(text, offset)
  return `${file}:${String(line)}:${String(column)}`
}
