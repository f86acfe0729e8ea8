// Brings a tree to the disk, so that a power cut after its renaming cannot leave empty files.

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
} from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isSystemError, withProblem } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'

/** One call for the whole file system where there is a program for it: much faster than each file. */
export function syncTree(root: string): void {
  const { status } = spawnSync('sync', ['-f', '--', root], { stdio: 'ignore' })
  if (status === 0) return
  withProblem('bring the files to the disk', rawTextFromUtf8(root), () => {
    syncEach(rawTextFromUtf8(root))
  })
}

/** The tree is ours and private; links are left alone all the same. */
function syncEach(root: RawText): void {
  const waiting = [root]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stats = lstatSync(fsPath(path))
    if (!stats.isFile() && !stats.isDirectory()) continue
    try {
      if (stats.isDirectory()) waiting.push(...childrenOf(path))
      syncOne(path)
    } catch (error) {
      // Modes are set by now: what not even its owner may read goes to the disk in its own time.
      if (!isSystemError(error, 'EACCES')) throw error
    }
  }
}

function childrenOf(path: RawText): RawText[] {
  return readdirSync(fsPath(path), 'latin1').map((name) => `${path}/${name}`)
}

function syncOne(path: RawText): void {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const descriptor = openSync(fsPath(path), flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
