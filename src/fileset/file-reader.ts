// Files of a walk, one after the other: record and content go to the sink, and a file that is
// written to meanwhile is refused instead of packed half old, half new.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { EntrySink, RawText } from '../ware/entry.ts'
import { isSystemError } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'
import { changed, recordOfFile, type Precision } from './read-record.ts'

export interface FileReader {
  /** @param path what the record is called */
  readonly begin: (place: RawText, path: RawText) => void
  /** Hands one chunk to the sink. True when that was the end of the file. */
  readonly readOn: () => boolean
  readonly close: () => void
}

export function createFileReader(sink: EntrySink, precision?: Precision): FileReader {
  const buffer = new Uint8Array(chunkBytes)
  let descriptor: number | undefined
  let name: RawText = '.'
  let left = 0

  function begin(place: RawText, path: RawText): void {
    descriptor = openFile(place, path)
    const record = recordOfFile(fstatSync(descriptor, { bigint: true }), path, precision)
    name = path
    left = record.size
    sink.entry(record)
  }

  function readOn(): boolean {
    if (descriptor === undefined) throw new Error('no file is open')
    // One byte more than should be there: a small file is one read, and growth shows.
    const wanted = Math.min(buffer.length, left + 1)
    const got = readSync(descriptor, buffer, 0, wanted, null)
    if (got > left) throw changed(name, 'it has grown')
    if (got === 0 && left > 0) throw changed(name, 'it has become shorter')
    left -= got
    if (got > 0) sink.content(buffer.subarray(0, got))
    if (left > 0 || got === wanted) return false
    close()
    sink.endFile()
    return true
  }

  function close(): void {
    const closing = descriptor
    descriptor = undefined
    if (closing !== undefined) closeSync(closing)
  }

  return { begin, readOn, close }
}

const chunkBytes = 256 * 1024

function openFile(place: RawText, path: RawText): number {
  // Without waiting: a fifo in the file's place would never open.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    return openSync(fsPath(place), flags)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw changed(path, 'it is gone')
    if (isSystemError(error, 'ELOOP')) throw changed(path, 'it is a symlink now')
    throw error
  }
}
