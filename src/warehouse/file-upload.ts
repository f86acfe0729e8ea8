// A ware on its way into a directory: written beside its place, then renamed into it.

import { randomUUID } from 'node:crypto'
import {
  lstat,
  mkdir,
  open,
  opendir,
  rename,
  unlink,
  type FileHandle,
} from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { quote } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { WareId } from '../ware/ware-id.ts'
import { throwIfCancelled, unwritable } from './warehouse-problems.ts'
import type { WareUpload } from './warehouse.ts'

export interface FileUploadPlace {
  /** An existing directory: temporary files lie in it, and shelves. */
  readonly base: string
  readonly target: (wareId: WareId) => string
  /** The target where it is a single file, whatever the ware. */
  readonly single?: string
  readonly signal: AbortSignal | undefined
}

export async function createFileUpload(place: FileUploadPlace): Promise<WareUpload> {
  const { base, single, signal } = place
  const prefix = `.tmp.upload.${single === undefined ? '' : `${basename(single)}.`}`
  await removeLeftovers(base, prefix)
  if (single !== undefined && (await kindOf(single)) === 'other') {
    throw unwritable(`${quote(single)} is there already and no regular file`)
  }
  const temporary = join(base, prefix + randomUUID())
  const file = await explained(base, () => open(temporary, 'wx', 0o644))
  const ending = endOnce(file, temporary)
  return {
    write: async (chunk) => {
      throwIfCancelled(signal)
      await explained(base, () => writeWhole(file, chunk))
    },
    commit: async ({ wareId, replace }) => {
      throwIfCancelled(signal)
      const target = place.target(wareId)
      // The same address, so the same content: a second copy has nothing to add.
      const keeps = single === undefined && replace !== true
      if (keeps && (await kindOf(target)) === 'file') {
        await ending.discard()
        return
      }
      await explained(target, async () => {
        await file.sync()
        await ending.close()
        await makeShelves(base, dirname(target))
        await rename(temporary, target)
        await syncDirectory(dirname(target))
      })
      ending.done()
    },
    discard: ending.discard,
  }
}

function endOnce(file: FileHandle, temporary: string) {
  let isOpen = true
  let isThere = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await file.close()
  }
  return {
    close,
    done: () => {
      isThere = false
    },
    discard: async () => {
      if (!isThere) return
      isThere = false
      // What cannot be removed now is a leftover, and removed as such a day later.
      await close().catch(() => undefined)
      await unlink(temporary).catch(() => undefined)
    },
  }
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, done)
    done += bytesWritten
  }
}

/** One directory at a time: Node's own recursion does not end on some paths. */
async function makeShelves(base: string, directory: string): Promise<void> {
  let path = base
  for (const name of relative(base, directory).split(sep)) {
    if (name === '') continue
    path = join(path, name)
    await mkdir(path, 0o755).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error
    })
  }
}

/** So that the name, too, survives a loss of power. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } catch (error) {
    // Some file systems know no such thing for directories.
    const code = systemErrorCode(error)
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EISDIR') throw error
  } finally {
    await directory.close()
  }
}

async function kindOf(path: string): Promise<'file' | 'other' | 'missing'> {
  try {
    const found = await lstat(path)
    // A link is replaced by the file, never followed.
    return found.isFile() || found.isSymbolicLink() ? 'file' : 'other'
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'missing'
    throw unwritable(`${quote(path)}: ${explainSystemError(error)}`, { cause: error })
  }
}

const day = 24 * 60 * 60 * 1000

/** Of uploads that were killed. Nobody uploads one ware for a whole day. */
async function removeLeftovers(base: string, prefix: string): Promise<void> {
  try {
    for await (const entry of await opendir(base)) {
      if (!entry.isFile() || !entry.name.startsWith(prefix)) continue
      const path = join(base, entry.name)
      const { mtimeMs } = await lstat(path)
      if (Date.now() - mtimeMs > day) await unlink(path)
    }
  } catch (error) {
    // Tidying up is no condition for writing: others may be at it, or the files not ours.
    if (systemErrorCode(error) === undefined) throw error
  }
}

/** @param path one that the user knows: the names of temporary files say nothing to anybody */
async function explained<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    const isRefused = ['EACCES', 'EPERM', 'EROFS'].includes(code)
    const what = isRefused ? `${quote(path)} is not writable` : quote(path)
    throw unwritable(`${what}: ${explainSystemError(error)}`, { cause: error })
  }
}
