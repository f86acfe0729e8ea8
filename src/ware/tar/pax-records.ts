// The records of a pax header: `LENGTH KEY=VALUE\n`, the length counting itself.

import type { RawText } from '../entry.ts'
import { corruptWare } from '../ware-problems.ts'

export interface PaxRecords {
  readonly values: ReadonlyMap<RawText, RawText>
  /** Extended attributes (`SCHILY.xattr.*`) by name. */
  readonly xattrs: ReadonlyMap<RawText, RawText>
  /** Pairs of offset and length of GNU's first sparse format, where keys repeat. */
  readonly sparsePairs: readonly RawText[]
}

export const noPaxRecords: PaxRecords = {
  values: new Map(),
  xattrs: new Map(),
  sparsePairs: [],
}

const xattrPrefix = 'SCHILY.xattr.'

export function readPaxRecords(text: RawText): PaxRecords {
  const values = new Map<RawText, RawText>()
  const xattrs = new Map<RawText, RawText>()
  const sparsePairs: RawText[] = []
  let at = 0
  while (at < text.length) {
    const { key, value, end } = readRecord(text, at)
    at = end
    if (key.startsWith(xattrPrefix)) xattrs.set(key.slice(xattrPrefix.length), value)
    else if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      sparsePairs.push(value)
    } else values.set(key, value)
  }
  return { values, xattrs, sparsePairs }
}

function readRecord(text: RawText, at: number) {
  const space = text.indexOf(' ', at)
  const digits = space < 0 ? '' : text.slice(at, space)
  const end = at + Number(digits)
  const equals = text.indexOf('=', space)
  const valid =
    /^[0-9]{1,9}$/.test(digits) &&
    end <= text.length &&
    text[end - 1] === '\n' &&
    equals > space + 1 &&
    equals < end
  if (!valid) throw corruptWare('a pax header has a malformed record')
  return {
    key: text.slice(space + 1, equals),
    value: text.slice(equals + 1, end - 1),
    end,
  }
}
