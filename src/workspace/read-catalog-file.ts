// One file of a catalog: small, and a file at all.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { maxDocumentBytes } from '../plot/read-document.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'

/** Undefined when there is none. A fifo does not keep anybody waiting. */
export function readCatalogFile(
  path: string,
): { text: string } | { why: string } | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return ifThere(error)
  }
  try {
    return readText(file)
  } catch (error) {
    return ifThere(error)
  } finally {
    closeSync(file)
  }
}

function ifThere(error: unknown): { why: string } | undefined {
  const code = systemErrorCode(error)
  if (code === undefined) throw error
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
  return isMissing ? undefined : { why: explainSystemError(error) }
}

/** The size that the system tells is only a promise, so one byte more is asked for. */
function readText(file: number): { text: string } | { why: string } {
  const found = fstatSync(file)
  if (!found.isFile()) return { why: 'it is no regular file' }
  const tooLarge = { why: `it has more than ${maxDocumentBytes} bytes` }
  if (found.size > maxDocumentBytes) return tooLarge
  const bytes = new Uint8Array(found.size + 1)
  let size = 0
  for (;;) {
    const got = readSync(file, bytes, size, bytes.length - size, null)
    size += got
    if (size === bytes.length) return { why: 'it grows while it is read' }
    if (got === 0) return { text: new TextDecoder().decode(bytes.subarray(0, size)) }
  }
}
