// Objects of a pack by their offset: inflated, and put together from deltas.

import { corruptWare } from '../ware/ware-problems.ts'
import { createContentWriter, type Content, type GitObject } from './content.ts'
import { createObjectCache } from './object-cache.ts'
import { readDelta } from './delta.ts'
import { inflateAt } from './inflate.ts'
import { readEntryHead, type EntryHead } from './pack-entry.ts'
import type { RandomFile } from './random-file.ts'
import type { WorkMeter } from './work-meter.ts'

export interface PackSource {
  readonly file: RandomFile
  /** Where the object of that name begins; deltas may name their base so. */
  readonly findOffset: (id: string) => number | undefined
  readonly scratch: () => string
  readonly meter: WorkMeter
}

export interface PackReader {
  /** Valid until the next read. Which object it is has not been checked. */
  readonly read: (offset: number) => Promise<GitObject>
  readonly close: () => void
}

/** What git itself takes at most when it makes a pack. */
const longestChain = 4096

export function createPackReader(source: PackSource): PackReader {
  const cache = createObjectCache()

  async function read(offset: number): Promise<GitObject> {
    // From the object wanted down to one that is whole, or in memory still.
    const deltas: { readonly offset: number; readonly head: EntryHead }[] = []
    let object: GitObject | undefined
    for (let at = offset; object === undefined;) {
      object = cache.get(at)
      if (object !== undefined) break
      const head = readEntryHead(source.file, at)
      if (head.kind === 'whole') {
        object = { type: head.type, content: await inflateContent(head, source) }
        cache.put(at, object)
      } else {
        deltas.push({ offset: at, head })
        if (deltas.length > longestChain) {
          throw corruptWare(
            `an object of git is a delta of more than ${longestChain} others`,
          )
        }
        at = head.kind === 'offset-delta' ? head.base : findBase(head.base, source)
      }
    }
    for (const { offset: at, head } of deltas.reverse()) {
      const content = await applyTo(object.content, head, source)
      object = { type: object.type, content }
      cache.put(at, object)
    }
    return object
  }

  return { read, close: cache.close }
}

function findBase(id: string, { findOffset }: PackSource): number {
  const offset = findOffset(id)
  if (offset === undefined)
    throw corruptWare(`the base ${id} of a delta is not in the pack`)
  return offset
}

async function applyTo(
  base: Content,
  head: EntryHead,
  source: PackSource,
): Promise<Content> {
  const delta = await inflateContent(head, source)
  try {
    const reader = readDelta(delta)
    source.meter.checkSize(reader.resultSize)
    await source.meter.spend(reader.resultSize)
    const writer = createContentWriter(reader.resultSize, source.scratch)
    try {
      reader.apply(base, writer.write)
    } catch (error) {
      writer.discard()
      throw error
    }
    return writer.finish()
  } finally {
    delta.close()
  }
}

async function inflateContent(
  { start, size }: EntryHead,
  { file, scratch, meter }: PackSource,
): Promise<Content> {
  meter.checkSize(size)
  await meter.spend(size)
  const writer = createContentWriter(size, scratch)
  try {
    await inflateAt(file, { offset: start, size }, writer.write)
  } catch (error) {
    writer.discard()
    throw error
  }
  return writer.finish()
}
