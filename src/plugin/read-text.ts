// A text from a file of the user's or from stdin, which has to be UTF-8.

import { R2k8sError, type ErrorCode } from '../errors.ts'
import type { Io } from './io.ts'
import { readFileOrStdin } from './read-file.ts'

export interface TextOrder {
  /** Completes "cannot …". */
  readonly task: string
  readonly missing: ErrorCode
  readonly unfit: ErrorCode
  readonly maxBytes: number
  /** Whether a pipe will do. */
  readonly pipes: boolean
}

/** @throws R2k8sError */
export async function readText(
  path: string,
  io: Io,
  order: TextOrder,
): Promise<{ text: string; name: string }> {
  const bytes = await readFileOrStdin(path, io, order)
  const name = path === '-' ? '<stdin>' : path
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), name }
  } catch {
    const { task, unfit: code } = order
    throw new R2k8sError([{ code, task, where: name, why: 'it is no UTF-8 text' }])
  }
}
