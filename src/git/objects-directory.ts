// One directory of objects: in packs, and in files of their own.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '../system-error.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import type { GitObject } from './content.ts'
import { readLooseObject } from './loose-object.ts'
import type { ObjectStore } from './object-store.ts'
import { openPackIndex } from './pack-index.ts'
import { createPackReader } from './pack-reader.ts'
import { openRandomFile, type RandomFile } from './random-file.ts'
import { unavailable } from './refusal.ts'
import { createWorkMeter, type WorkMeter } from './work-meter.ts'

export interface ReadLimits {
  readonly limits: UnpackLimits
  readonly scratch: () => string
  readonly signal?: AbortSignal
}

/** @throws errors of the system as they are, also from `find` */
export function openObjectsDirectory(
  directory: string,
  settings: ReadLimits,
): ObjectStore {
  const packNames = listPacks(join(directory, 'pack'))
  const packs = new Map<string, ObjectStore>()
  let loose: GitObject | undefined

  const openPackNamed = (name: string): ObjectStore => {
    const known = packs.get(name)
    if (known !== undefined) return known
    const pack = openPack(join(directory, 'pack', name), settings)
    packs.set(name, pack)
    return pack
  }

  return {
    find: async (id) => {
      // What lies on disk is only valid until the next one.
      loose?.content.close()
      loose = await findLoose(directory, id, settings)
      if (loose !== undefined) return loose
      for (const [i, name] of packNames.entries()) {
        const object = await openPackNamed(name).find(id)
        if (object === undefined) continue
        // The next one most likely lies in the same pack.
        packNames.splice(i, 1)
        packNames.unshift(name)
        return object
      }
      return undefined
    },
    close: () => {
      loose?.content.close()
      loose = undefined
      for (const pack of packs.values()) pack.close()
      packs.clear()
    },
  }
}

function listPacks(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.idx'))
      .map((name) => name.slice(0, -'.idx'.length))
      .sort()
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

async function findLoose(
  directory: string,
  id: string,
  { limits, scratch, signal }: ReadLimits,
): Promise<GitObject | undefined> {
  const path = join(directory, id.slice(0, 2), id.slice(2))
  const file = openIfThere(path)
  if (file === undefined) return undefined
  try {
    const meter = createWorkMeter(limits, file.size, signal)
    return await readLooseObject({ file, scratch, meter })
  } finally {
    file.close()
  }
}

function openPack(path: string, settings: ReadLimits): ObjectStore {
  const indexFile = openIfThere(`${path}.idx`)
  const file = openIfThere(`${path}.pack`)
  const close = () => {
    indexFile?.close()
    file?.close()
  }
  if (indexFile === undefined || file === undefined) {
    close()
    throw unavailable('one of its packs is incomplete')
  }
  try {
    const { findOffset } = openPackIndex(indexFile)
    const { limits, scratch, signal } = settings
    const meter: WorkMeter = createWorkMeter(limits, file.size, signal)
    const reader = createPackReader({ file, findOffset, scratch, meter })
    return {
      find: async (id) => {
        const offset = findOffset(id)
        return offset === undefined ? undefined : await reader.read(offset)
      },
      close: () => {
        reader.close()
        close()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

function openIfThere(path: string): RandomFile | undefined {
  try {
    return openRandomFile(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
