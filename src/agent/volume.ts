// The volume of one root: what lies at its top, and the stamp by which a second run knows that nothing
// is left to do (rootfs.md §3.1).

import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import type { RootOrder } from '../mutate/fetch-plan.ts'
import { systemErrorCode } from '../system-error.ts'

/** Of the layout below. A volume of another one is filled anew. */
const format = 1

export interface Volume {
  readonly at: string
  /** The finished tree. */
  readonly root: string
  readonly stamp: string
  /** See `PlaceholderRecord`. */
  readonly placeholders: string
}

export const temporaryPrefix = '.r2k8s-tmp-'

export function volumeOf(at: string): Volume {
  return {
    at,
    root: `${at}/root`,
    stamp: `${at}/.r2k8s-stamp.json`,
    placeholders: `${at}/.r2k8s-placeholders.json`,
  }
}

/** Of everything that the fetcher is asked to do there. */
export function hashOf(order: RootOrder): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('hex')
}

/**
 * `boot` is there because the files of a tree are not forced to disk one by one, which would take
 * longer than fetching them: after the machine went down hard, a tree may be there with its stamp
 * and without its bytes. In the same boot the kernel gives back what was written.
 */
function stampText(order: RootOrder, boot: string): string {
  const { formula } = order
  return `${JSON.stringify({ format, formula, plan: hashOf(order), boot })}\n`
}

export function isStamped(volume: Volume, order: RootOrder, boot: string): boolean {
  return (
    isDirectory(volume.root) && readSmallFile(volume.stamp) === stampText(order, boot)
  )
}

/** Last of all: from here on the tree is complete. */
export function writeStamp(volume: Volume, order: RootOrder, boot: string): void {
  writeWhole(volume.stamp, stampText(order, boot), volume.at)
}

/** New content under the name, or none: written beside it, forced to disk, renamed. */
export function writeWhole(path: string, text: string, directory: string): void {
  const beside = `${directory}/${temporaryPrefix}file`
  const { O_CREAT, O_WRONLY, O_TRUNC, O_NOFOLLOW } = constants
  const file = openSync(beside, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0o644)
  try {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
  syncDirectory(directory)
}

export function syncDirectory(path: string): void {
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

const largestRecord = 16 * 1024 ** 2

/** `undefined` when it is not there, is no plain file, or is larger than any of ours. */
export function readSmallFile(path: string): string | undefined {
  let file: number
  try {
    file = openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(systemErrorCode(error) ?? '')) {
      return undefined
    }
    throw error
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > largestRecord) return undefined
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

export function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
