// Warehouses in directories: one file, or shelves below a base (wares.md §7).

import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { quote } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { createFileUpload } from './file-upload.ts'
import { placeOf, type Layout } from './place.ts'
import { throwIfCancelled, unavailable, unreachable } from './warehouse-problems.ts'
import type { OpenOutcome, StoredWare, Warehouse, WarehouseContext } from './warehouse.ts'

export function openFileWarehouse(
  address: { readonly path: string; readonly layout: Layout },
  context: Pick<WarehouseContext, 'cwd' | 'signal'>,
): Warehouse {
  const path = resolve(context.cwd, address.path)
  const { layout } = address
  // What must be there before anything else: never made by us, it may be a disk not mounted yet.
  const base = layout === 'single' ? dirname(path) : path
  return {
    open: async (wareId) => {
      throwIfCancelled(context.signal)
      const file = join(path, placeOf(layout, wareId))
      const why = await whyNoDirectory(base)
      if (why !== undefined) return { kind: 'unavailable', why }
      return await openFile(file, context.signal)
    },
    create: async () => {
      throwIfCancelled(context.signal)
      const why = await whyNoDirectory(base)
      if (why !== undefined) throw unreachable(why)
      return await createFileUpload({
        base,
        target: (wareId) => join(path, placeOf(layout, wareId)),
        ...(layout === 'single' && { single: path }),
        signal: context.signal,
      })
    },
  }
}

async function whyNoDirectory(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? undefined : `${quote(path)} is no directory`
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT'
      ? `the directory ${quote(path)} does not exist`
      : `${quote(path)}: ${explainSystemError(error)}`
  }
}

async function openFile(
  path: string,
  signal: AbortSignal | undefined,
): Promise<OpenOutcome> {
  let file: FileHandle
  try {
    // A fifo would hold up a blocking open until somebody writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return { kind: 'absent', why: `there is no file ${quote(path)}` }
    }
    return { kind: 'unavailable', why: `${quote(path)}: ${explainSystemError(error)}` }
  }
  const found = await file.stat()
  if (!found.isFile()) {
    await file.close()
    return { kind: 'unavailable', why: `${quote(path)} is no regular file` }
  }
  return { kind: 'found', ware: storedFile(file, { path, size: found.size, signal }) }
}

interface OpenFile {
  readonly path: string
  readonly size: number
  readonly signal: AbortSignal | undefined
}

function storedFile(file: FileHandle, about: OpenFile): StoredWare {
  let closing: Promise<void> | undefined
  // Only read from, so there is nothing that a close could lose.
  const close = () => (closing ??= file.close().catch(() => undefined))
  async function* bytes() {
    try {
      yield* readThrough(file, about)
    } finally {
      await close()
    }
  }
  return { size: about.size, bytes: bytes(), close }
}

const chunkSize = 256 * 1024

/** Always one chunk ahead: the disk works while the reader does. */
async function* readThrough(
  file: FileHandle,
  { path, size, signal }: OpenFile,
): AsyncGenerator<Uint8Array> {
  const readAt = async (position: number) => {
    const wanted = Math.min(chunkSize, size - position)
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafeSlow(wanted),
      0,
      wanted,
      position,
    )
    return buffer.subarray(0, bytesRead)
  }
  let position = 0
  let ahead = size > 0 ? readAt(0) : undefined
  try {
    while (ahead !== undefined) {
      const chunk = await ahead
      throwIfCancelled(signal)
      if (chunk.length === 0) {
        throw unavailable(`${quote(path)} became shorter while it was read`)
      }
      position += chunk.length
      ahead = position < size ? readAt(position) : undefined
      yield chunk
    }
  } catch (error) {
    if (systemErrorCode(error)?.startsWith('E') !== true) throw error
    throw unavailable(`${quote(path)}: ${explainSystemError(error)}`, error)
  } finally {
    // Of a chunk that nobody takes any more it does not matter whether it could be read.
    await ahead?.catch(() => undefined)
  }
}
