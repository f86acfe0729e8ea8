// Which kind of archive a file is.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { systemErrorCode } from '../../system-error.ts'
import { quoteAddress } from '../../ware/address-text.ts'
import { usageProblem } from './read-filters.ts'

export type ArchiveType = 'tar' | 'zip'

/**
 * By its first bytes; what has none of a zip's is left for the reader of tars to judge.
 * @param otherwise why the argument is no ware ID
 * @throws R2k8sError usage when there is no such file
 */
export function archiveTypeOf(path: string, otherwise: string): ArchiveType {
  const head = readHead(path)
  if (head === undefined) {
    const why = `${quoteAddress(path)} is no file that can be read, and ${otherwise}`
    throw usageProblem('index a ware', why)
  }
  return head.startsWith('PK') ? 'zip' : 'tar'
}

function readHead(path: string): string | undefined {
  let file: number | undefined
  try {
    // A fifo would hold up a blocking open until somebody writes to it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    const head = Buffer.alloc(2)
    readSync(file, head, 0, head.length, 0)
    return head.toString('latin1')
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
