// Directories with those above them. Not Node's own recursion: it spins forever below /proc.

import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isSystemError, withProblem } from './fileset-problem.ts'

/**
 * Does nothing where there is a directory, or a link to one.
 * @param mode of those that are made, less the umask
 * @throws R2k8sError local-cache-problem or inoperable-path
 */
export function makeDirectories(path: string, mode = 0o777): void {
  const missing: string[] = []
  let above = resolve(path)
  withProblem('make the directory', rawTextFromUtf8(path), () => {
    while (!isDirectory(above)) {
      missing.push(above)
      above = dirname(above)
    }
    for (const directory of missing.reverse()) makeOne(directory, mode)
  })
}

function isDirectory(path: string): boolean {
  try {
    if (statSync(path).isDirectory()) return true
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false
    throw error
  }
  throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' })
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    // Somebody else may have been faster.
    if (!isSystemError(error, 'EEXIST') || !isDirectory(path)) throw error
  }
}
