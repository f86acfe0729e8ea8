// Removes a tree, and nothing beside it: no link is followed, whatever is put there meanwhile.

import { chmodSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RawText } from '../ware/entry.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import {
  openDirectoryHandles,
  statDirectory,
  type DirectoryHandle,
  type HandleOptions,
} from './directory-handles.ts'
import { filesetProblem, isSystemError } from './fileset-problem.ts'
import { childPath, fsPath } from './fs-path.ts'
import { readDirectory, type FoundName } from './read-directory.ts'

/**
 * Nothing there is fine, so is somebody else who removes the same.
 * @throws R2k8sError local-cache-problem naming what cannot be removed
 */
export function removeTree(path: string, options: HandleOptions = {}): void {
  const place = rawTextFromUtf8(resolve(path))
  try {
    if (!lstatSync(fsPath(place)).isDirectory()) {
      unlinkSync(fsPath(place))
      return
    }
    removeContents(path, options)
    rmdirSync(fsPath(place))
  } catch (error) {
    if (!isGone(error)) throw filesetProblem(error, task, place)
  }
}

/** The directory itself stays. */
export function removeContents(path: string, options: HandleOptions = {}): void {
  const handles = openDirectoryHandles(resolve(path), { leaps: true, ...options })
  const levels: Level[] = []
  const enter = (at: RawText) => {
    const handle = handles.open(at)
    allowChanges(handle)
    levels.push({ path: at, rest: readDirectory(handle) })
  }
  let at: RawText = '.'
  try {
    enter(at)
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const next = level.rest.pop()
      if (next === undefined) {
        levels.pop()
        const above = levels.at(-1)
        if (above === undefined) break
        at = level.path
        const name = at.slice(at.lastIndexOf('/') + 1)
        unlessGone(() => {
          rmdirSync(fsPath(handles.open(above.path).prefix + name))
        })
        continue
      }
      at = childPath(level.path, next.name)
      const { prefix } = handles.open(level.path)
      unlessGone(() => {
        if (next.kind === 'directory') enter(at)
        else unlinkSync(fsPath(prefix + next.name))
      })
    }
  } catch (error) {
    throw filesetProblem(error, task, at === '.' ? rawTextFromUtf8(path) : at)
  } finally {
    handles.close()
  }
}

const task = 'remove the files'

interface Level {
  readonly path: RawText
  readonly rest: FoundName[]
}

/** A directory that its owner may not write to keeps what is in it. */
function allowChanges(handle: DirectoryHandle): void {
  const mode = Number(statDirectory(handle).mode)
  if ((mode & 0o700) === 0o700) return
  try {
    chmodSync(fsPath(handle.self), 0o700)
  } catch (error) {
    // Not ours: then removing fails and says of what.
    if (!isSystemError(error, 'EPERM', 'EROFS')) throw error
  }
}

function unlessGone(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function isGone(error: unknown): boolean {
  return isSystemError(error, 'ENOENT')
}
