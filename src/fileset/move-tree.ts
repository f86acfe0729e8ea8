// Renaming a tree to its place.

import { chmodSync, lstatSync, renameSync } from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isSystemError } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'
import { stagingName } from './staging.ts'

/**
 * One step, unless the tree's own root may not be written to by its owner (0555): moving it to
 * another directory then is not allowed, so it goes there under another name and with another mode
 * first. It never stands at `to` with the wrong mode.
 * @throws the system's errors as they are
 */
export function moveTree(from: string, to: string): void {
  moveRaw(rawTextFromUtf8(from), rawTextFromUtf8(to))
}

/** The same for names that came from a ware. */
export function moveRaw(from: RawText, to: RawText): void {
  try {
    renameSync(fsPath(from), fsPath(to))
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error
    moveReadOnly(from, to, error)
  }
}

function moveReadOnly(from: RawText, to: RawText, refused: unknown): void {
  const stats = lstatSync(fsPath(from))
  const mode = stats.mode & 0o7777
  if (!stats.isDirectory() || (mode & 0o200) !== 0) throw refused
  const beside = `${to.slice(0, to.lastIndexOf('/') + 1)}${stagingName()}`
  // Each step with its way back.
  const steps = [
    withMode(from, mode | 0o200, mode),
    withName(from, beside),
    withMode(beside, mode, mode | 0o200),
    withName(beside, to),
  ]
  const done: Step[] = []
  try {
    for (const step of steps) {
      step.go()
      done.push(step)
    }
  } catch (error) {
    for (const step of done.reverse()) step.back()
    throw error
  }
}

interface Step {
  readonly go: () => void
  readonly back: () => void
}

function withMode(path: RawText, mode: number, before: number): Step {
  const set = (to: number) => {
    chmodSync(fsPath(path), to)
  }
  return {
    go: () => {
      set(mode)
    },
    back: () => {
      set(before)
    },
  }
}

function withName(from: RawText, to: RawText): Step {
  return {
    go: () => {
      renameSync(fsPath(from), fsPath(to))
    },
    back: () => {
      renameSync(fsPath(to), fsPath(from))
    },
  }
}
