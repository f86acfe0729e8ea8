// The header Range (RFC 9110 §14): one range, or the whole blob.

/** Both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * `whole` for what may be ignored: no range, several, another unit, one that is malformed.
 * `beyond` when nothing of the blob lies in it.
 */
export function readRange(
  header: string | undefined,
  size: number,
): ByteRange | 'whole' | 'beyond' {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '')
  if (match === null) return 'whole'
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return 'whole'
    const length = Math.min(Number(to), size)
    return length === 0 ? 'beyond' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return 'whole'
  if (first >= size) return 'beyond'
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
