// Files that the user names, with errors that say what stands there instead.

import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import { quote, R2k8sError, type ErrorCode } from '../errors.ts'
import type { Io } from './io.ts'

export interface Reading {
  /** What the file is read for: completes "cannot …". */
  readonly task: string
  readonly missing: ErrorCode
  readonly maxBytes?: number
}

/**
 * Synchronous: a command reads few files, and threads would only cost it start-up time.
 * @param name as the user wrote it, relative to the working directory; errors repeat it
 */
export function readFile(name: string, io: Io, reading: Reading): Uint8Array {
  const fail = (why: string): never => {
    throw new R2k8sError([{ code: reading.missing, task: reading.task, why }])
  }
  let file: number
  try {
    file = openSync(resolve(io.cwd, name), 'r')
  } catch (error) {
    return fail(whyUnreadable(name, error))
  }
  try {
    const odd = whyNoText(name, fstatSync(file), reading.maxBytes)
    return odd === undefined ? readFileSync(file) : fail(odd)
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

/** A pipe such as `<(…)` is as good as a file. */
function whyNoText(path: string, stats: Stats, maxBytes = Infinity): string | undefined {
  if (stats.isDirectory()) return `${quote(path)} is a directory`
  if (!stats.isFile() && !stats.isFIFO() && !stats.isCharacterDevice()) {
    return `${quote(path)} is no regular file`
  }
  if (stats.size > maxBytes) {
    return `${quote(path)} has ${stats.size} bytes, more than ${maxBytes}`
  }
  return undefined
}

function whyUnreadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `there is no file ${quote(path)}`
  if (code === 'EACCES' || code === 'EPERM') return `${quote(path)} may not be read`
  if (code === 'ENOTDIR') return `a part of ${quote(path)} is no directory`
  if (code === 'ELOOP') return `${quote(path)} is a loop of links`
  return `${quote(path)}: ${error instanceof Error ? error.message : String(error)}`
}
