// Indexes of wares on this machine, beside the cache of trees: small, and kept when trees are not.

import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parseJson } from '../json.ts'
import type { WareId } from '../ware/ware-id.ts'
import { readWareIndex, type WareIndex } from '../ware/ware-index.ts'
import { warePath } from '../ware/ware-path.ts'
import { inCache, isSystemError } from './fileset-problem.ts'
import { makeDirectories } from './make-directories.ts'

/**
 * `undefined` when there is none, or none that can be used: it is made anew then.
 * @throws R2k8sError local-cache-problem when it may not be read
 */
export function readIndexEntry(base: string, wareId: WareId): WareIndex | undefined {
  const path = indexPath(base, wareId)
  const text = inCache(task, path, () => readSmallFile(path))
  const value = text === undefined ? undefined : parseJson(text)
  if (value === undefined) return undefined
  const read = readWareIndex(value, '')
  return 'index' in read ? read.index : undefined
}

/** Appears whole or not at all. @throws R2k8sError local-cache-problem */
export function writeIndexEntry(base: string, wareId: WareId, index: WareIndex): void {
  const path = indexPath(base, wareId)
  const temporary = join(dirname(path), `.tmp.index.${randomUUID()}`)
  inCache(task, path, () => {
    makeDirectories(dirname(path))
    try {
      writeFileSync(temporary, `${JSON.stringify(index)}\n`, { flag: 'wx' })
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

const task = 'use the index of wares'

/** 1000 entries with long targets stay below. */
const maxBytes = 8 * 1024 * 1024

function indexPath(base: string, wareId: WareId): string {
  return `${join(base, wareId.packtype, 'index', warePath(wareId, 'fan-out'))}.json`
}

function readSmallFile(path: string): string | undefined {
  let descriptor: number | undefined
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    descriptor = openSync(path, flags)
    const stats = fstatSync(descriptor)
    if (!stats.isFile() || stats.size > maxBytes) return undefined
    return readFileSync(descriptor, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
