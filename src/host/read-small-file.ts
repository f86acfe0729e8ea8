// Small files that others have written: logins, keys, what is mounted from a Secret.

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { explainSystemError, systemErrorCode } from '../system-error.ts'

const mostBytes = 64 * 1024

/**
 * Its text as UTF-8; undefined when there is none. One that is there and cannot be read is as good
 * as none, but `warn` is told why. A fifo does not keep anybody waiting.
 */
export async function readSmallFile(
  path: string,
  warn: (why: string) => void,
): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (found.isFile() && found.size <= mostBytes) return await file.readFile('utf8')
      warn(found.isFile() ? 'it is far too long' : 'it is no regular file')
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    // Mounted Secrets and homes hold some of the files only.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') warn(explainSystemError(error))
  }
  return undefined
}
