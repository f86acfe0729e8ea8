// Objects in files of their own: deflated, with type and size in front.

import { corruptWare } from '../ware/ware-problems.ts'
import {
  createContentWriter,
  objectTypes,
  type ContentWriter,
  type GitObject,
  type ObjectType,
} from './content.ts'
import { inflateStream } from './inflate.ts'
import type { PackSource } from './pack-reader.ts'

const longestHead = 40

/** @throws R2k8sError ware-corrupt */
export async function readLooseObject({
  file,
  scratch,
  meter,
}: Pick<PackSource, 'file' | 'scratch' | 'meter'>): Promise<GitObject> {
  let head = Buffer.alloc(0)
  let begun: { type: ObjectType; writer: ContentWriter } | undefined
  try {
    for await (const chunk of inflateStream(file, 0).chunks()) {
      if (begun !== undefined) {
        begun.writer.write(chunk)
        continue
      }
      head = Buffer.concat([head, chunk])
      const end = head.subarray(0, longestHead).indexOf(0)
      if (end < 0 && head.length >= longestHead) throw broken()
      if (end < 0) continue
      const { type, size } = readHead(head.toString('latin1', 0, end))
      meter.checkSize(size)
      await meter.spend(size)
      begun = { type, writer: createContentWriter(size, scratch) }
      begun.writer.write(head.subarray(end + 1))
    }
  } catch (error) {
    begun?.writer.discard()
    throw error
  }
  if (begun === undefined) throw broken()
  return { type: begun.type, content: begun.writer.finish() }
}

function readHead(head: string): { type: ObjectType; size: number } {
  const [word, digits = ''] = head.split(' ')
  const type = objectTypes.find((known) => known === word)
  const size = /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
  if (type === undefined || size === undefined) throw broken()
  return { type, size }
}

function broken() {
  return corruptWare('a file of the repository holds no object of git')
}
