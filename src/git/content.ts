// The bytes of one object: in memory while they are few, else in a file of our own.

import { createHash } from 'node:crypto'
import { corruptWare } from '../ware/ware-problems.ts'
import { createSpoolFile } from './random-file.ts'

export interface Content {
  readonly size: number
  /** In bytes; 0 for what lies on disk. */
  readonly memory: number
  /** What is returned may be overwritten by the next read. */
  readonly read: (offset: number, length: number) => Buffer
  readonly close: () => void
}

export const objectTypes = ['commit', 'tree', 'blob', 'tag'] as const
export type ObjectType = (typeof objectTypes)[number]

export interface GitObject {
  readonly type: ObjectType
  readonly content: Content
}

export interface ContentWriter {
  /** @throws R2k8sError ware-corrupt for more bytes than were announced */
  readonly write: (chunk: Uint8Array) => void
  /** @throws R2k8sError ware-corrupt for fewer */
  readonly finish: () => Content
  /** Instead of `finish`. */
  readonly discard: () => void
}

const mostInMemory = 8 * 1024 * 1024

export function createContentWriter(size: number, scratch: () => string): ContentWriter {
  const memory = size <= mostInMemory ? Buffer.allocUnsafe(size) : undefined
  const file = memory === undefined ? createSpoolFile(scratch()) : undefined
  let written = 0
  const discard = () => file?.close()
  return {
    write: (chunk) => {
      if (written + chunk.length > size) throw wrongSize(size)
      memory?.set(chunk, written)
      file?.write(chunk)
      written += chunk.length
    },
    finish: () => {
      if (written === size) return file === undefined ? inMemory(memory) : onDisk(file)
      discard()
      throw wrongSize(size)
    },
    discard,
  }
}

function inMemory(bytes = Buffer.alloc(0)): Content {
  return {
    size: bytes.length,
    memory: bytes.length,
    read: (offset, length) => {
      if (offset + length > bytes.length) throw wrongSize(bytes.length)
      return bytes.subarray(offset, offset + length)
    },
    close: () => undefined,
  }
}

function onDisk(file: ReturnType<typeof createSpoolFile>): Content {
  return { size: file.size, memory: 0, read: file.read, close: file.close }
}

function wrongSize(size: number) {
  return corruptWare(`an object of git has not the ${size} bytes that it announces`)
}

const pieceSize = 256 * 1024

/** Valid one at a time. */
export function* piecesOf(
  content: Content,
  start = 0,
  end = content.size,
): Generator<Buffer> {
  for (let at = start; at < end; at += pieceSize) {
    yield content.read(at, Math.min(pieceSize, end - at))
  }
}

/** The name of an object: 40 hexadecimal digits. Only SHA-1, made-up collisions are not looked for. */
export function identifyObject({ type, content }: GitObject): string {
  const hash = createHash('sha1').update(`${type} ${content.size}\0`)
  for (const piece of piecesOf(content)) hash.update(piece)
  return hash.digest('hex')
}
