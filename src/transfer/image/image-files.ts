// The files of an image on disk, in a directory or in one archive.

import { constants, open, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Buffer } from 'node:buffer'
import { decompress } from '../../archive/decompress.ts'
import { quote } from '../../errors.ts'
import { systemErrorCode } from '../../system-error.ts'
import type { Entry } from '../../ware/entry.ts'
import { parentPath } from '../../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../../ware/raw-text.ts'
import { createTarReader } from '../../ware/tar/tar-reader.ts'
import { throwIfCancelled } from '../../warehouse/warehouse-problems.ts'
import { explained, imageProblem, inPart } from './image-problems.ts'
import type { ImageContext } from './image-source.ts'
import { openSpool, type Spool } from './spool.ts'

export interface ImageFile {
  readonly size: number
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface ImageFiles {
  /** For messages. */
  readonly name: string
  /** `undefined` when there is none. @param path relative, with slashes */
  readonly open: (path: string) => Promise<ImageFile | undefined>
  readonly close: () => Promise<void>
}

export function filesInDirectory(directory: string): ImageFiles {
  return {
    name: quote(directory),
    open: (path) => openFile(join(directory, path)),
    close: () => Promise.resolve(),
  }
}

const chunkSize = 256 * 1024

async function openFile(path: string): Promise<ImageFile | undefined> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw noFile(path)
    return { size: found.size, bytes: readFile(path) }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw explained('ware-not-found', quote(path), error)
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined
  try {
    // A pipe that has come in its place would keep us waiting for whoever writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw noFile(path)
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkSize))
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw explained('warehouse-unavailable', quote(path), error)
  } finally {
    await file?.close()
  }
}

function noFile(path: string): Error {
  return imageProblem('ware-not-found', `${quote(path)} is no regular file`)
}

type Found =
  | { readonly kind: 'file'; readonly offset: number; readonly size: number }
  | { readonly kind: 'link'; readonly target: string }

/** Reads the whole archive into a spool: it may be compressed, and its order is anybody's. */
export async function filesInArchive(
  path: string,
  context: ImageContext,
): Promise<ImageFiles> {
  const archive = await openFile(path)
  if (archive === undefined) {
    throw imageProblem('ware-not-found', `${quote(path)}: no such file or directory`)
  }
  const spool = openSpool(context.scratch())
  try {
    const found = await spoolArchive(archive, spool, context)
    return {
      name: quote(path),
      open: (name) => Promise.resolve(openSpooled(found, spool, name)),
      close: () => {
        spool.close()
        return Promise.resolve()
      },
    }
  } catch (error) {
    spool.close()
    throw inPart(quote(path), error)
  }
}

async function spoolArchive(
  archive: ImageFile,
  spool: Spool,
  { limits, signal }: ImageContext,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>()
  const link = (entry: Entry, target: string): void => {
    found.set(entry.path, { kind: 'link', target })
  }
  const reader = createTarReader(
    {
      entry: (entry) => {
        const { path, kind, size, target } = entry
        if (kind === 'file') found.set(path, { kind, offset: spool.position(), size })
        // docker saves a layer that occurs twice as a link to the first one.
        if (kind === 'symlink') link(entry, `${parentPath(path)}/${target}`)
      },
      content: spool.append,
      endFile: () => undefined,
    },
    limits,
    {
      hardlink: (_path, target, entry) => {
        link(entry, target)
      },
    },
  )
  const { bytes } = await decompress(archive.bytes, limits)
  for await (const chunk of bytes) {
    throwIfCancelled(signal)
    reader.push(chunk)
  }
  reader.end()
  return found
}

const mostLinks = 8

function openSpooled(
  found: ReadonlyMap<string, Found>,
  spool: Spool,
  name: string,
): ImageFile | undefined {
  let path = rawTextFromUtf8(name)
  for (let links = 0; links <= mostLinks; links++) {
    const file = found.get(clean(path))
    if (file === undefined) return undefined
    if (file.kind === 'file') return { size: file.size, bytes: readSpooled(spool, file) }
    path = file.target
  }
  return undefined
}

/** Only a key of the map: it leads nowhere on disk. */
function clean(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}

async function* readSpooled(
  spool: Spool,
  { offset, size }: { readonly offset: number; readonly size: number },
): AsyncGenerator<Uint8Array> {
  // Whoever reads may keep a chunk while the next one is read.
  for (const chunk of spool.read(offset, size))
    yield await Promise.resolve(Buffer.from(chunk))
}
