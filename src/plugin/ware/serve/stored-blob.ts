// The blobs of the warehouse's directory: opened so that nothing but a regular file in its place is
// ever read, whoever put links there.

import { constants } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../../system-error.ts'
import type { WareId } from '../../../ware/ware-id.ts'
import { warePath } from '../../../ware/ware-path.ts'
import type { Validators } from './preconditions.ts'

export interface StoredBlob extends Validators {
  readonly file: FileHandle
  readonly size: number
}

/** In the place of either layout, whichever way it was asked for. The caller closes the file. */
export async function openBlob(
  directory: string,
  wareId: WareId,
): Promise<StoredBlob | undefined> {
  for (const layout of ['fan-out', 'flat'] as const) {
    const path = warePath(wareId, layout)
    if (!(await hasPlainDirectories(directory, path))) continue
    const blob = await openRegular(join(directory, path), wareId)
    if (blob !== undefined) return blob
  }
  return undefined
}

/** Whether the directories on the way are there, and no links. */
async function hasPlainDirectories(directory: string, path: string): Promise<boolean> {
  const steps = path.split('/').slice(0, -1)
  for (let i = 1; i <= steps.length; i++) {
    try {
      const stats = await lstat(join(directory, ...steps.slice(0, i)))
      if (!stats.isDirectory()) return false
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }
  return true
}

// Without waiting: a pipe that somebody put there would never open.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function openRegular(
  path: string,
  wareId: WareId,
): Promise<StoredBlob | undefined> {
  let file: FileHandle
  try {
    file = await open(path, openFlags)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const stats = await file.stat({ bigint: true })
    if (!stats.isFile()) {
      await file.close()
      return undefined
    }
    // The hash names the content unpacked: packed anew, the bytes are others under the same name.
    const state = [stats.size, stats.mtimeNs, stats.ino].map((value) =>
      value.toString(36),
    )
    return {
      file,
      size: Number(stats.size),
      etag: `"${[wareId.hash.slice(0, 12), ...state].join('.')}"`,
      modifiedSeconds: Number(stats.mtimeNs / 1_000_000_000n),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** A socket (ENXIO) and a link (ELOOP) are no blobs, either. */
function isMissing(error: unknown): boolean {
  const code = systemErrorCode(error) ?? ''
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR'].includes(code)
}
