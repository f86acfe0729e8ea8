// JSON text with positions: every value knows where it stands, and numbers keep their text.

import type {
  Located,
  LocatedMember,
  LocatedObject,
  LocatedScalar,
  Range,
  ReadText,
  TextProblem,
} from './located.ts'

/** What other readers let pass. Without options the reader accepts what `JSON.parse` accepts. */
export interface JsonTolerance {
  /**
   * `trailing`: one comma may follow the last item of an object or a list, as in Timeless
   * formulas. `loose`: any number of commas, none included, may stand anywhere between items, as
   * the JSON decoder of Warpforge has it.
   */
  readonly commas?: 'strict' | 'trailing' | 'loose'
  /** Whatever follows the first value is not even looked at. */
  readonly ignoreRest?: boolean
  /** Objects and lists within each other; deeper is a problem, not a stack overflow. */
  readonly maxDepth?: number
}

/**
 * Stops at the first problem, which leaves no value. Repeated keys stay in the tree as often as
 * the text has them: what they mean is up to the format.
 * @example
 * readJsonText('{"a": [1, 2,],}', { commas: 'trailing' })
 */
export function readJsonText(text: string, tolerance: JsonTolerance = {}): ReadText {
  const reader: Reader = {
    text,
    at: 0,
    problem: undefined,
    commas: tolerance.commas ?? 'strict',
    maxDepth: tolerance.maxDepth ?? 200,
  }
  skipSpace(reader)
  const value = readValue(reader, 0)
  if (value !== undefined && tolerance.ignoreRest !== true) {
    skipSpace(reader)
    if (reader.at < text.length) fail(reader, 'text follows the end of the document')
  }
  if (reader.problem !== undefined)
    return { value: undefined, problems: [reader.problem] }
  return { value, problems: [] }
}

interface Reader {
  readonly text: string
  readonly commas: 'strict' | 'trailing' | 'loose'
  readonly maxDepth: number
  at: number
  problem: TextProblem | undefined
}

/** The caller gives up after it: the first problem is the only one that can be trusted. */
function fail(reader: Reader, message: string, offset = reader.at): void {
  reader.problem ??= { message, offset }
}

function readValue(reader: Reader, depth: number): Located | undefined {
  if (depth > reader.maxDepth) {
    fail(reader, `more than ${reader.maxDepth} objects and lists within each other`)
    return undefined
  }
  const char = reader.text[reader.at]
  switch (char) {
    case undefined:
      fail(reader, 'the text ends where a value is expected')
      return undefined
    case '{':
      return readObject(reader, depth)
    case '[':
      return readArray(reader, depth)
    case '"':
      return readString(reader)
    default:
      return readNumber(reader) ?? readLiteral(reader)
  }
}

function readObject(reader: Reader, depth: number): LocatedObject | undefined {
  const start = reader.at
  const members: LocatedMember[] = []
  const complete = readItems(reader, '}', () => {
    const member = readMember(reader, depth)
    if (member !== undefined) members.push(member)
    return member !== undefined
  })
  return complete
    ? { kind: 'object', members, range: rangeFrom(reader, start) }
    : undefined
}

function readMember(reader: Reader, depth: number): LocatedMember | undefined {
  if (reader.text[reader.at] !== '"') {
    failAtChar(reader, 'a key in double quotes')
    return undefined
  }
  const key = readString(reader)
  if (key === undefined) return undefined
  skipSpace(reader)
  if (reader.text[reader.at] !== ':') {
    failAtChar(reader, '":" after a key')
    return undefined
  }
  reader.at++
  skipSpace(reader)
  const value = readValue(reader, depth + 1)
  return value && { key: key.text, keyRange: key.range, value }
}

function readArray(reader: Reader, depth: number): Located | undefined {
  const start = reader.at
  const items: Located[] = []
  const complete = readItems(reader, ']', () => {
    const value = readValue(reader, depth + 1)
    if (value !== undefined) items.push(value)
    return value !== undefined
  })
  return complete ? { kind: 'array', items, range: rangeFrom(reader, start) } : undefined
}

/** From the opening to behind the closing bracket, commas as the tolerance has them. */
function readItems(reader: Reader, close: '}' | ']', readItem: () => boolean): boolean {
  reader.at++
  let afterComma = false
  for (;;) {
    skipSpace(reader)
    if (reader.commas === 'loose') skipCommas(reader)
    if (reader.text[reader.at] === close) break
    if (!readItem()) return false
    skipSpace(reader)
    afterComma = reader.text[reader.at] === ','
    if (afterComma) {
      reader.at++
    } else if (reader.commas !== 'loose' && reader.text[reader.at] !== close) {
      failAtChar(reader, `"," or "${close}"`)
      return false
    }
  }
  if (afterComma && reader.commas === 'strict') {
    fail(reader, 'a comma stands behind the last item')
    return false
  }
  reader.at++
  return true
}

function skipCommas(reader: Reader): void {
  while (reader.text[reader.at] === ',') {
    reader.at++
    skipSpace(reader)
  }
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const char = reader.text.charCodeAt(reader.at)
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return
    reader.at++
  }
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

function readNumber(reader: Reader): LocatedScalar | undefined {
  numberForm.lastIndex = reader.at
  const text = numberForm.exec(reader.text)?.[0]
  return text === undefined ? undefined : scalar(reader, text, Number(text))
}

const literals = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

function readLiteral(reader: Reader): LocatedScalar | undefined {
  const found = literals.find(([word]) => reader.text.startsWith(word, reader.at))
  if (found !== undefined) return scalar(reader, found[0], found[1])
  failAtChar(reader, 'a value')
  return undefined
}

function scalar(
  reader: Reader,
  text: string,
  value: LocatedScalar['value'],
): LocatedScalar {
  const start = reader.at
  reader.at += text.length
  return { kind: 'scalar', value, text, range: rangeFrom(reader, start) }
}

/** The run of characters that stand for themselves. */
const plainCharacters = /[^"\\\u0000-\u001f]*/y

function readString(reader: Reader): LocatedScalar | undefined {
  const start = reader.at
  let text = ''
  reader.at++
  for (;;) {
    plainCharacters.lastIndex = reader.at
    const plain = plainCharacters.exec(reader.text)?.[0] ?? ''
    text += plain
    reader.at += plain.length
    const char = reader.text[reader.at]
    if (char === '"') {
      reader.at++
      return { kind: 'scalar', value: text, text, range: rangeFrom(reader, start) }
    }
    if (char === undefined) {
      fail(reader, 'this string has no end', start)
      return undefined
    }
    if (char !== '\\') {
      fail(reader, 'a control character in a string must be escaped')
      return undefined
    }
    const resolved = readEscape(reader)
    if (resolved === undefined) return undefined
    text += resolved
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function readEscape(reader: Reader): string | undefined {
  const letter = reader.text[reader.at + 1] ?? ''
  const simple = escapes.get(letter)
  if (simple !== undefined) {
    reader.at += 2
    return simple
  }
  const unit = unitAt(reader)
  if (unit === undefined) {
    fail(reader, 'an unknown escape in a string')
    return undefined
  }
  reader.at += 6
  if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit)
  const low = unit < 0xdc00 ? unitAt(reader) : undefined
  // Half a surrogate pair has no UTF-8; Go reads it as this, too.
  if (low === undefined || low < 0xdc00 || low > 0xdfff) return '\ufffd'
  reader.at += 6
  return String.fromCharCode(unit, low)
}

/** The code unit of the `\uXXXX` that stands here. */
function unitAt({ text, at }: Reader): number | undefined {
  const escape = text.slice(at, at + 6)
  return /^\\u[0-9a-fA-F]{4}$/.test(escape)
    ? Number.parseInt(escape.slice(2), 16)
    : undefined
}

function rangeFrom(reader: Reader, start: number): Range {
  return { start, end: reader.at }
}

function failAtChar(reader: Reader, expected: string): void {
  const code = reader.text.codePointAt(reader.at)
  const found =
    code === undefined ? 'the text ends' : JSON.stringify(String.fromCodePoint(code))
  const verb = code === undefined ? 'where' : 'stands where'
  fail(reader, `${found} ${verb} ${expected} is expected`)
}
