// One output stream from several files: each stays as it is, with a separator between two.

export type Piece = Uint8Array | string

const byteOrderMark = '\ufeff'

/** @param files the pieces of each file, in order; a file's own bytes come out unchanged */
export function joinManifests(files: readonly (readonly Piece[])[]): Piece[] {
  const filled = files.filter((pieces) => pieces.some((piece) => piece.length > 0))
  return filled.flatMap((pieces, i) => {
    const previous = filled[i - 1]
    if (previous === undefined) return pieces
    return [...separator(previous, pieces), ...withoutMark(pieces)]
  })
}

function separator(previous: readonly Piece[], next: readonly Piece[]): Piece[] {
  const lineEnd = endsLine(previous) ? '' : '\n'
  const opening = firstLineOf(withoutMark(next))
  if (opening.startsWith('%')) return [`${lineEnd}...\n`] // directives follow an ended document
  return [/^---(\s|$)/.test(opening) ? lineEnd : `${lineEnd}---\n`]
}

function endsLine(pieces: readonly Piece[]): boolean {
  const last = pieces.findLast((piece) => piece.length > 0)
  const end =
    typeof last === 'string' ? last.at(-1) : String.fromCharCode(last?.at(-1) ?? 0)
  return end === '\n' || end === '\r'
}

/** The first line that says something: not blank, not a comment. */
function firstLineOf(pieces: readonly Piece[]): string {
  const head = pieces.map((piece) => decodeHead(piece)).join('')
  return head.split(/\r?\n/).find((line) => !/^\s*(#|$)/.test(line)) ?? ''
}

/** Enough for any comment that one finds above a manifest. */
const headBytes = 64 * 1024

function decodeHead(piece: Piece): string {
  if (typeof piece === 'string') return piece
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    piece.subarray(0, headBytes),
  )
}

/** A byte order mark belongs at the start of a stream and nowhere else. */
function withoutMark(pieces: readonly Piece[]): Piece[] {
  const [first, ...others] = pieces.filter((piece) => piece.length > 0)
  if (first === undefined) return []
  if (typeof first === 'string') return [first.replace(byteOrderMark, ''), ...others]
  const marked = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf
  return [marked ? first.subarray(3) : first, ...others]
}
