// An upload that is held on disk until all of it is known, for warehouses that want length and name
// first.

import { randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { throwIfCancelled, unwritable } from './warehouse-problems.ts'
import type { UploadRecord, WarehouseContext, WareUpload } from './warehouse.ts'

export interface Spool {
  /** In bytes. */
  readonly size: number
  /** From the start, as often as wanted. */
  readonly read: () => AsyncIterable<Uint8Array>
}

export async function createSpooledUpload(
  context: Pick<WarehouseContext, 'scratch' | 'signal'>,
  send: (spool: Spool, record: UploadRecord) => Promise<void>,
): Promise<WareUpload> {
  throwIfCancelled(context.signal)
  const path = join(context.scratch(), `upload.${randomUUID()}`)
  const file = await explained(path, () => open(path, 'wx+', 0o600))
  // Nobody else needs the name, and without one nothing stays behind, however this ends.
  const isNameless = await unlink(path).then(
    () => true,
    () => false,
  )
  let size = 0
  let closing: Promise<void> | undefined
  // The content has been read by then or is not wanted any more.
  const close = () => (closing ??= closeAndRemove(file, isNameless ? undefined : path))
  return {
    write: async (chunk) => {
      throwIfCancelled(context.signal)
      await explained(path, async () => {
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await file.write(
            chunk,
            done,
            chunk.length - done,
            size + done,
          )
          done += bytesWritten
        }
      })
      size += chunk.length
    },
    commit: async (record) => {
      throwIfCancelled(context.signal)
      await send({ size, read: () => readSpool(file, size) }, record)
      await close()
    },
    discard: close,
  }
}

async function closeAndRemove(file: FileHandle, path: string | undefined): Promise<void> {
  await file.close().catch(() => undefined)
  if (path !== undefined) await unlink(path).catch(() => undefined)
}

const chunkSize = 256 * 1024

async function* readSpool(file: FileHandle, size: number): AsyncIterable<Uint8Array> {
  for (let position = 0; position < size;) {
    const wanted = Math.min(chunkSize, size - position)
    const target = Buffer.allocUnsafeSlow(wanted)
    const { bytesRead } = await file.read(target, 0, wanted, position)
    if (bytesRead === 0) throw new Error('the spool became shorter')
    position += bytesRead
    yield target.subarray(0, bytesRead)
  }
}

async function explained<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    const why = explainSystemError(error)
    throw unwritable(`the temporary file ${quote(path)}: ${why}`, { cause: error })
  }
}
