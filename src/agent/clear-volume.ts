// Makes room in a volume for a tree: what an earlier run has left, half-made or of another plan, goes.

import { readdirSync, renameSync, rmSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { removeTree } from '../fileset/remove-tree.ts'
import { quote } from '../errors.ts'
import { explainSystemError } from '../system-error.ts'
import { isDirectory, temporaryPrefix, type Volume } from './volume.ts'

export function clearVolume(volume: Volume, warn: (message: string) => void): void {
  // The stamp goes first: without it nothing else counts.
  rmSync(volume.stamp, { force: true })
  rmSync(volume.placeholders, { force: true })
  if (isDirectory(volume.root)) {
    renameSync(volume.root, `${volume.at}/${temporaryPrefix}old-${randomUUID()}`)
  }
  removeLeftovers(volume.at, warn)
}

/** Ours, and the name under which `moveTree` has a read-only tree for a moment. */
const leftoverPrefixes = [temporaryPrefix, '.tmp.unpack.']

/** Every private place of an earlier run, or of this one when it has ended. */
export function removeLeftovers(at: string, warn: (message: string) => void): void {
  for (const name of readdirSync(at)) {
    if (!leftoverPrefixes.some((prefix) => name.startsWith(prefix))) continue
    try {
      removeTree(`${at}/${name}`)
    } catch (error) {
      // What a program of another user has written there is only that user's to remove.
      const why = explainSystemError(error)
      warn(`${quote(name)} of an earlier run stays in the volume: ${why}`)
    }
  }
}
