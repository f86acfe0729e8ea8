// Raw names as Node's file functions take them: a string would be written as UTF-8, so what is not
// plain ASCII goes as bytes.

import type { RawText } from '../ware/entry.ts'

export type FsPath = string | Buffer

export function fsPath(raw: RawText): FsPath {
  return /[^\u0000-\u007f]/.test(raw) ? Buffer.from(raw, 'latin1') : raw
}

/** A path inside a tree; `.` is the tree itself. */
export function childPath(directory: RawText, name: RawText): RawText {
  return directory === '.' ? name : `${directory}/${name}`
}
