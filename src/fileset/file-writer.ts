// One file after the other: contents that come in pieces are gathered, so that a small file is one
// write, and whatever the caller's umask and the set-ID rules do, mode and owner are exact in the end.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  openSync,
  writeSync,
} from 'node:fs'
import type { Entry } from '../ware/entry.ts'
import type { Owner } from '../ware/entry-filter.ts'
import { timeForUtimes } from './file-time.ts'
import type { FsPath } from './fs-path.ts'

export interface FileWriter {
  /** @param owner `undefined`: whoever new files belong to anyway */
  readonly begin: (path: FsPath, entry: Entry, owner: Owner | undefined) => void
  readonly write: (chunk: Uint8Array) => void
  readonly end: () => void
  /** Lets go of a file that has not ended. */
  readonly close: () => void
}

/** The bits of 0777 that the umask leaves to new files. */
export function createFileWriter(granted: number): FileWriter {
  const gathered = new Uint8Array(gatherBytes)
  let length = 0
  let descriptor: number | undefined
  let open: { entry: Entry; owner: Owner | undefined } | undefined

  function begin(path: FsPath, entry: Entry, owner: Owner | undefined): void {
    if (descriptor !== undefined) throw new Error('a file begins inside another')
    descriptor = openSync(path, newFile, entry.mode & 0o777)
    open = { entry, owner }
    length = 0
  }

  function write(chunk: Uint8Array): void {
    if (descriptor === undefined) throw new Error('content without a file')
    if (length + chunk.length > gatherBytes) flush(descriptor)
    if (chunk.length > gatherBytes / 2) {
      flush(descriptor)
      writeAll(descriptor, chunk)
      return
    }
    gathered.set(chunk, length)
    length += chunk.length
  }

  function flush(to: number): void {
    if (length > 0) writeAll(to, gathered.subarray(0, length))
    length = 0
  }

  function end(): void {
    if (descriptor === undefined || open === undefined) {
      throw new Error('a file ends that has not begun')
    }
    flush(descriptor)
    const { entry, owner } = open
    // In this order: giving a file away takes its set-ID bits.
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid)
    if ((entry.mode & ~granted) !== 0) fchmodSync(descriptor, entry.mode)
    const time = timeForUtimes(entry)
    futimesSync(descriptor, time, time)
    close()
  }

  function close(): void {
    const closing = descriptor
    descriptor = undefined
    open = undefined
    if (closing !== undefined) closeSync(closing)
  }

  return { begin, write, end, close }
}

const gatherBytes = 128 * 1024
const newFile =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = writeSync(descriptor, bytes)
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, bytes.length - done)
  }
}
