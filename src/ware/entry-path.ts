// The path of an archive's entry, as wares.md §5.2 takes or refuses it.

import { quote } from '../errors.ts'
import type { RawText } from './entry.ts'
import { displayText } from './raw-text.ts'
import { corruptWare, inoperablePath } from './ware-problems.ts'

/**
 * Lexically cleaned: `./a//b/` and `x/../a/b` become `a/b`; the root is `.`.
 * @throws R2k8sError ware-corrupt or inoperable-path for a name that must not be unpacked
 */
export function cleanEntryPath(written: RawText): RawText {
  const path = isPlain(written) ? written : clean(written)
  if (path.startsWith('..')) throw inoperablePath(whyDots(written))
  return path
}

/** What nearly every archive holds: `a/b` or `./a/b`, without anything to clean. */
function isPlain(path: RawText): boolean {
  return !/^[./]|\/[./]|\/$|\0/.test(path) && path !== ''
}

function clean(written: RawText): RawText {
  if (written === '') throw corruptWare('an entry has no name')
  if (written.includes('\0')) {
    throw corruptWare(`the name ${quoteRaw(written)} contains a NUL`)
  }
  if (written.startsWith('/')) {
    throw corruptWare(`the name ${quoteRaw(written)} is absolute`)
  }
  const segments: string[] = []
  for (const segment of written.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) {
      throw corruptWare(`the name ${quoteRaw(written)} leads out of the ware`)
    }
  }
  return segments.length === 0 ? '.' : segments.join('/')
}

/** rio cannot unpack such names; a ware that it cannot read would be none. */
function whyDots(written: RawText): string {
  return `${quoteRaw(written)} has a top-level name that begins with ".."`
}

export function quoteRaw(raw: RawText): string {
  return quote(displayText(raw))
}

/** Of a cleaned path: `.` for the root and for what lies directly in it. */
export function parentPath(path: RawText): RawText {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** Of a cleaned path: its last segment, `.` for the root. */
export function baseName(path: RawText): RawText {
  return path.slice(path.lastIndexOf('/') + 1)
}
