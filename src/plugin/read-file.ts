// Files that the user names, with errors that say what stands there instead.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import { quote, R2k8sError, type ErrorCode } from '../errors.ts'
import type { Io } from './io.ts'

export interface Reading {
  /** What the file is read for: completes "cannot …". */
  readonly task: string
  /** Code of the error when there is nothing to read. */
  readonly missing: ErrorCode
  /** Code of the error when what stands there is unfit: a directory, a device, too large. */
  readonly unfit: ErrorCode
  readonly maxBytes: number
  /** Whether a pipe will do, such as `<(…)` of a shell; never for a file that a manifest names. */
  readonly pipes?: boolean
}

/**
 * Synchronous: a command reads few files, and threads would only cost it start-up time.
 * @param name as the user wrote it, relative to the working directory; errors repeat it
 */
export function readFile(name: string, io: Io, reading: Reading): Uint8Array {
  const { task, missing, unfit } = reading
  const fail = (code: ErrorCode, why: string): never => {
    throw new R2k8sError([{ code, task, why }])
  }
  if (name.includes('\0')) return fail(missing, `${quote(name)} is no path`)
  let file: number
  try {
    // Without waiting for a writer: a pipe that somebody put there would never end.
    const waiting = reading.pipes === true ? 0 : constants.O_NONBLOCK
    file = openSync(resolve(io.cwd, name), constants.O_RDONLY | waiting)
  } catch (error) {
    const code = isMissing(error) ? missing : unfit
    return fail(code, whyUnreadable(name, error))
  }
  try {
    const odd = whyNoText(name, fstatSync(file), reading)
    if (odd !== undefined) return fail(unfit, odd)
    const bytes = readAtMost(file, reading.maxBytes)
    return bytes ?? fail(unfit, tooLarge(name, reading.maxBytes))
  } finally {
    closeSync(file)
  }
}

export async function readFileOrStdin(
  name: string,
  io: Io,
  reading: Reading,
): Promise<Uint8Array> {
  return name === '-' ? await io.readStdin() : readFile(name, io, reading)
}

function whyNoText(name: string, stats: Stats, reading: Reading): string | undefined {
  if (stats.isDirectory()) return `${quote(name)} is a directory`
  const isPipe = reading.pipes === true && stats.isFIFO()
  if (!stats.isFile() && !isPipe) return `${quote(name)} is no regular file`
  return stats.size > reading.maxBytes ? tooLarge(name, reading.maxBytes) : undefined
}

function tooLarge(name: string, maxBytes: number): string {
  return `${quote(name)} has more than ${maxBytes} bytes`
}

/** Undefined when there is more. A pipe does not say beforehand how much it holds. */
function readAtMost(file: number, maxBytes: number): Uint8Array | undefined {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = new Uint8Array(chunkBytes(file, size))
    const read = readSync(file, chunk)
    if (read === 0)
      return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
    size += read
    if (size > maxBytes) return undefined
    chunks.push(chunk.subarray(0, read))
  }
}

/** All of a regular file at once, and one byte more to see its end. */
function chunkBytes(file: number, read: number): number {
  return Math.max(fstatSync(file).size - read + 1, 64 * 1024)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** In words, for a path as the user wrote it. */
export function whyUnreadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `there is no file ${quote(path)}`
  if (code === 'EACCES' || code === 'EPERM') return `${quote(path)} may not be read`
  if (code === 'ENOTDIR') return `a part of ${quote(path)} is no directory`
  if (code === 'ELOOP') return `${quote(path)} is a loop of links`
  if (code === 'ENAMETOOLONG') return `${quote(path)} is too long for a path`
  return `${quote(path)} cannot be read (${String(code)})`
}
